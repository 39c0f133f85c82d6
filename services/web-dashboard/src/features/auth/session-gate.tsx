import { useQueryClient } from '@tanstack/react-query';
import { usePathname, useRouter } from 'next/navigation';
import { type ReactNode, useEffect } from 'react';
import { openSession, useSession } from '@/shared/api/session';
import { Button } from '@/shared/ui/button';
import { PanelMessage } from '@/shared/ui/panel-state';

interface SessionGateProps {
  /** Shown until it is known whether anybody must sign in. */
  readonly splash: ReactNode;
  readonly children: ReactNode;
}

/** Lets in whoever is signed in, everybody where the server asks nobody, and sends the rest away. */
export function SessionGate({ splash, children }: SessionGateProps) {
  const status = useSession((session) => session.status);
  const router = useRouter();
  const client = useQueryClient();
  const pathname = usePathname();
  useEffect(() => {
    if (useSession.getState().status === 'unknown') void openSession();
  }, []);
  useEffect(() => {
    if (status !== 'signed-out') return;
    // Nothing of one person is left on the screen for the next.
    client.clear();
    const here = `${pathname}${window.location.search}`;
    router.replace(`/sign-in/?next=${encodeURIComponent(here)}`);
  }, [status, pathname, router, client]);
  if (status === 'unreachable') return <Unreachable />;
  return status === 'signed-in' || status === 'open' ? children : splash;
}

const RETRY_MS = 3000;

function Unreachable() {
  useEffect(() => {
    const timer = setInterval(() => void openSession(), RETRY_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    <main className="h-full">
      <PanelMessage
        className="h-full"
        title="The server does not answer"
        action={<Button onClick={() => void openSession()}>Try now</Button>}
      >
        It may be starting. This page tries again every three seconds.
      </PanelMessage>
    </main>
  );
}
