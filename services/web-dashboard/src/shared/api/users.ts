import { queryOptions } from '@tanstack/react-query';
import { api, unwrap } from './client';
import type { Role } from './types';

export const usersQuery = queryOptions({
  queryKey: ['users'],
  queryFn: ({ signal }) => unwrap(api.GET('/api/users', { signal })),
});

/** The answer holds the password that the server made up, this one time. */
export function addUser(name: string, role: Role) {
  return unwrap(api.POST('/api/users', { body: { name, role } }));
}

export function resetPassword(name: string) {
  return unwrap(api.POST('/api/users/{name}/reset-password', { params: { path: { name } } }));
}
