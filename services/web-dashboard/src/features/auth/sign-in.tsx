import { useMutation } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { type FormEvent, useEffect, useState } from 'react';
import { problemOf } from '@/shared/api/problem';
import { signIn, useSession } from '@/shared/api/session';
import { Button } from '@/shared/ui/button';
import { Field, TextInput } from '@/shared/ui/field';
import { Logo } from '@/shared/ui/logo';
import { useUrlState } from '@/shared/url/use-url-state';
import { safeTarget } from './safe-target';

const URL_NAMES = ['next'] as const;

/** Name and password; afterwards back to where the person wanted to be. */
export function SignIn() {
  const router = useRouter();
  const [url] = useUrlState(URL_NAMES);
  const status = useSession((session) => session.status);
  const target = safeTarget(url.next);
  useEffect(() => {
    if (status === 'signed-in' || status === 'open') router.replace(target);
  }, [status, target, router]);
  return (
    <main className="flex h-full items-center justify-center bg-page p-6">
      <div className="w-80">
        <div className="mb-6 flex items-center gap-3">
          <Logo className="size-8 text-accent" />
          <div>
            <h1 className="font-strong text-lg">Smart City Sentinel</h1>
            <p className="text-muted text-sm">Sign in to the control room</p>
          </div>
        </div>
        <SignInForm />
        <p className="mt-6 border-hairline border-t pt-4 text-muted text-xs">
          The first password was printed once when the server was first started. Lost it? On the
          server, run{' '}
          <code className="select-all rounded-sm bg-raised px-1 py-0.5 text-text">
            sentinel user reset-password admin
          </code>
        </p>
      </div>
    </main>
  );
}

function SignInForm() {
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const enter = useMutation({ mutationFn: () => signIn(name.trim(), password) });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    enter.mutate();
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-2">
      <Field label="Name">
        {(ids) => (
          <TextInput
            {...ids}
            required
            autoFocus
            autoComplete="username"
            maxLength={64}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        )}
      </Field>
      <Field label="Password" error={enter.isError ? explain(enter.error) : null}>
        {(ids) => (
          <TextInput
            {...ids}
            required
            type="password"
            autoComplete="current-password"
            maxLength={256}
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
        )}
      </Field>
      <Button variant="primary" size="large" type="submit" disabled={enter.isPending}>
        {enter.isPending ? 'Signing in…' : 'Sign in'}
      </Button>
    </form>
  );
}

function explain(error: unknown): string {
  const problem = problemOf(error);
  return problem.status === 401 ? 'Name or password is wrong.' : problem.detail;
}
