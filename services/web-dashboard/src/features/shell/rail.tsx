import clsx from 'clsx';
import {
  Cctv,
  ChartColumn,
  History,
  LayoutGrid,
  Map as MapIcon,
  Settings,
  TriangleAlert,
} from 'lucide-react';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import { useWallMode } from '@/shared/state/wall-mode';
import { Logo } from '@/shared/ui/logo';

export const PAGES = [
  { href: '/', label: 'Mission Control', shortcut: 'go.live', icon: LayoutGrid },
  { href: '/incidents/', label: 'Incidents', shortcut: 'go.incidents', icon: TriangleAlert },
  { href: '/events/', label: 'Events', shortcut: 'go.events', icon: History },
  { href: '/traffic/', label: 'Traffic', shortcut: 'go.traffic', icon: ChartColumn },
  { href: '/map/', label: 'Map', shortcut: 'go.map', icon: MapIcon },
  { href: '/cameras/', label: 'Cameras', shortcut: 'go.cameras', icon: Cctv },
  { href: '/settings/', label: 'Settings', shortcut: 'go.settings', icon: Settings },
] as const;

function isHere(pathname: string, href: string): boolean {
  return href === '/' ? pathname === '/' : pathname.startsWith(href);
}

/** 40 px to the left of everything: where one can go. */
export function Rail() {
  const pathname = usePathname();
  if (useWallMode((mode) => mode.isBare)) return null;
  return (
    <nav
      aria-label="Pages"
      className="flex w-10 shrink-0 flex-col items-center border-hairline border-r bg-panel"
    >
      <div className="flex h-9 w-full items-center justify-center border-hairline border-b">
        <Logo className="size-5 text-accent" />
      </div>
      {PAGES.map(({ href, label, icon: Icon }) => {
        const isCurrent = isHere(pathname, href);
        return (
          <Link
            prefetch={false}
            key={href}
            href={href}
            title={label}
            aria-label={label}
            aria-current={isCurrent ? 'page' : undefined}
            className={clsx(
              '-outline-offset-2 relative flex h-10 w-full items-center justify-center transition-colors duration-100',
              isCurrent ? 'text-text' : 'text-muted hover:text-text',
              href === '/settings/' && 'mt-auto mb-1',
            )}
          >
            {isCurrent && (
              <span className="absolute inset-y-1.5 left-0 w-0.5 rounded-full bg-accent" />
            )}
            <Icon className="size-[18px]" strokeWidth={1.75} aria-hidden="true" />
          </Link>
        );
      })}
    </nav>
  );
}
