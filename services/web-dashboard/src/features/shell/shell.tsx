import { useRouter } from 'next/navigation';
import type { ReactNode } from 'react';
import { KeySheet } from '@/shared/keyboard/key-sheet';
import { useShortcuts } from '@/shared/keyboard/shortcuts';
import { Announcer } from '@/shared/ui/announcer';
import { Dialog } from '@/shared/ui/dialog';
import { useOverlays } from './overlays';
import { Palette } from './palette';
import { Rail } from './rail';

/** The frame of every page: rail, sheets, and the keys that work everywhere. */
export function Shell({ children }: { readonly children: ReactNode }) {
  const { shown, open, close } = useOverlays();
  const router = useRouter();
  useShortcuts({
    'global.help': () => open('keys'),
    'global.palette': () => open('palette'),
    'global.search': () => open('palette'),
    'go.live': () => router.push('/'),
    'go.incidents': () => router.push('/incidents/'),
    'go.events': () => router.push('/events/'),
    'go.cameras': () => router.push('/cameras/'),
    'go.map': () => router.push('/map/'),
    'go.settings': () => router.push('/settings/'),
  });
  return (
    <div className="flex h-full">
      <Rail />
      <main className="relative flex min-w-0 flex-1 flex-col">{children}</main>
      <Announcer />
      {shown === 'palette' && <Palette onClose={close} />}
      {shown === 'keys' && (
        <Dialog title="Keys" onClose={close} className="w-[min(94vw,70rem)]">
          <KeySheet columns={3} />
        </Dialog>
      )}
    </div>
  );
}

/** Rail and bar as they will be, while it is found out who is there. */
export function Splash() {
  return (
    <div className="flex h-full" role="status" aria-label="Starting">
      <div className="w-10 shrink-0 border-hairline border-r bg-panel" />
      <div className="h-9 flex-1 border-hairline border-b bg-panel" />
    </div>
  );
}
