'use client';

import { usePathname } from 'next/navigation';
import { type ReactNode, Suspense } from 'react';
import { SessionGate } from '@/features/auth';
import { Shell, Splash } from '@/features/shell';
import { LiveBridge } from './live-bridge';

/** Around every page but the one where one signs in. */
export function Frame({ children }: { readonly children: ReactNode }) {
  const isSignIn = usePathname().startsWith('/sign-in');
  if (isSignIn) return <Suspense>{children}</Suspense>;
  return (
    <SessionGate splash={<Splash />}>
      <LiveBridge />
      <Shell>
        <Suspense>{children}</Suspense>
      </Shell>
    </SessionGate>
  );
}
