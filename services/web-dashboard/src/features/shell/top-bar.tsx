import { Search } from 'lucide-react';
import type { ReactNode } from 'react';
import { useWallMode } from '@/shared/state/wall-mode';
import { Kbd } from '@/shared/ui/kbd';
import { ConnectionNote } from './connection-note';
import { useOverlays } from './overlays';
import { SiteFigures } from './site-figures';

interface TopBarProps {
  readonly title: string;
  /** What belongs to this page. */
  readonly children?: ReactNode;
}

/** 36 px above everything: where one is, what one can do here, how the site is. */
export function TopBar({ title, children }: TopBarProps) {
  const open = useOverlays((overlays) => overlays.open);
  if (useWallMode((mode) => mode.isBare)) return null;
  return (
    <header className="flex h-9 shrink-0 items-center gap-3 border-hairline border-b bg-panel pr-2.5 pl-3">
      <h1 className="whitespace-nowrap font-strong">{title}</h1>
      {children}
      <ConnectionNote />
      <button
        type="button"
        onClick={() => open('palette')}
        className="flex h-6 w-48 items-center gap-2 rounded-md border border-control/60 bg-page px-2 text-muted text-xs hover:border-control max-xl:w-32"
      >
        <Search className="size-3.5" aria-hidden="true" />
        <span className="flex-1 text-left">Go to…</span>
        <span className="flex gap-0.5">
          <Kbd>Ctrl</Kbd>
          <Kbd>K</Kbd>
        </span>
      </button>
      <SiteFigures />
    </header>
  );
}
