import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { Role } from '@/shared/api/types';
import { addUser, resetPassword, usersQuery } from '@/shared/api/users';
import { Button } from '@/shared/ui/button';
import { ConfirmButton } from '@/shared/ui/confirm-button';
import { Select, TextInput } from '@/shared/ui/field';
import { ErrorState, FormProblem, SkeletonRows } from '@/shared/ui/panel-state';

const ROLES: readonly Role[] = ['viewer', 'operator', 'engineer', 'admin'];

interface Secret {
  readonly name: string;
  readonly password: string;
}

/** Accounts: add one, give one a new password. A password is shown once and never again. */
export function Users() {
  const query = useQuery(usersQuery);
  const [secret, setSecret] = useState<Secret | null>(null);
  const reset = useMutation({
    mutationFn: resetPassword,
    onSuccess: ({ password }, name) => setSecret({ name, password }),
  });
  if (query.isPending) return <SkeletonRows rows={2} height={36} />;
  if (query.data === undefined) {
    return <ErrorState what="The users" error={query.error} onRetry={() => void query.refetch()} />;
  }
  return (
    <>
      <ul className="flex flex-col">
        {query.data.map((user) => (
          <li
            key={user.name}
            className="flex h-9 items-center gap-3 border-hairline/60 border-b last:border-0"
          >
            <span className={user.disabled ? 'text-faint line-through' : ''}>{user.name}</span>
            <span className="flex-1 text-muted text-sm">{user.role}</span>
            <ConfirmButton
              question="Ends all its sessions."
              verb="New password"
              isBusy={reset.isPending}
              onConfirm={() => reset.mutate(user.name)}
            >
              Reset password
            </ConfirmButton>
          </li>
        ))}
      </ul>
      <FormProblem error={reset.error} />
      {secret !== null && <SecretNote secret={secret} onDone={() => setSecret(null)} />}
      <AddUser onAdded={setSecret} />
    </>
  );
}

function SecretNote({ secret, onDone }: { secret: Secret; onDone: () => void }) {
  return (
    <div
      role="status"
      className="flex items-center gap-3 rounded-md border border-accent/50 bg-accent/10 px-3 py-2"
    >
      <p className="flex-1 text-sm">
        Password of {secret.name}, shown this once:{' '}
        <code className="select-all font-strong text-accent">{secret.password}</code>
      </p>
      <Button size="small" onClick={onDone}>
        Done
      </Button>
    </div>
  );
}

function AddUser({ onAdded }: { readonly onAdded: (secret: Secret) => void }) {
  const client = useQueryClient();
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('operator');
  const add = useMutation({
    mutationFn: () => addUser(name.trim(), role),
    onSuccess: async (user) => {
      setName('');
      if (user.password) onAdded({ name: user.name, password: user.password });
      await client.invalidateQueries({ queryKey: usersQuery.queryKey });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate();
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-2">
      <div className="flex gap-2">
        <TextInput
          aria-label="Name of the new user"
          placeholder="Name"
          required
          maxLength={64}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <Select
          aria-label="Role of the new user"
          value={role}
          onChange={(event) => setRole(event.target.value as Role)}
          style={{ width: '8rem' }}
        >
          {ROLES.map((known) => (
            <option key={known}>{known}</option>
          ))}
        </Select>
        <Button className="h-8" type="submit" disabled={add.isPending}>
          Add user
        </Button>
      </div>
      <FormProblem error={add.error} />
    </form>
  );
}
