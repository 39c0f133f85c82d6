import { useSession } from './session';
import type { Role } from './types';

const ORDER: readonly Role[] = ['viewer', 'operator', 'engineer', 'admin'];

export function includesRole(role: Role, needed: Role): boolean {
  return ORDER.indexOf(role) >= ORDER.indexOf(needed);
}

/** Whether whoever is signed in may do what `needed` may. The server decides; this greys out. */
export function useMay(needed: Role): boolean {
  const role = useSession((session) => session.user?.role);
  return role !== undefined && includesRole(role, needed);
}
