'use client';

import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { problemOf } from '@/shared/api/problem';
import { ShortcutProvider } from '@/shared/keyboard/shortcuts';

const MOST_RETRIES = 2;
const BAD_REQUEST = 400;
const SERVER_ERROR = 500;

/** What the server has refused it will refuse again; a server that is away may come back. */
function mayRetry(failures: number, error: unknown): boolean {
  const { status } = problemOf(error);
  const isRefused = status >= BAD_REQUEST && status < SERVER_ERROR;
  return !isRefused && failures < MOST_RETRIES;
}

export function Providers({ children }: { readonly children: ReactNode }) {
  const [client] = useState(
    () => new QueryClient({ defaultOptions: { queries: { retry: mayRetry } } }),
  );
  return (
    <QueryClientProvider client={client}>
      <ShortcutProvider>{children}</ShortcutProvider>
    </QueryClientProvider>
  );
}
