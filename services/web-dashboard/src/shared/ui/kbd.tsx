import clsx from 'clsx';
import type { ReactNode } from 'react';

/** A key, as printed on the keyboard. Decoration beside a named control: hidden from readers. */
export function Kbd({ children, dark = false }: { children: ReactNode; dark?: boolean }) {
  return (
    <span
      aria-hidden="true"
      className={clsx(
        'inline-flex h-4 min-w-4 items-center justify-center rounded-sm border px-1 text-xs leading-none',
        dark ? 'border-page/40 text-page' : 'border-control/60 text-muted',
      )}
    >
      {children}
    </span>
  );
}
