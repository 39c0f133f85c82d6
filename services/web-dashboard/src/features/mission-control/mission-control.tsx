import clsx from 'clsx';
import { type ReactNode, useEffect, useState } from 'react';
import { useShortcuts } from '@/shared/keyboard/shortcuts';
import { useWallMode } from '@/shared/state/wall-mode';
import { Segmented } from '@/shared/ui/segmented';
import { useMedia } from './use-media';
import type { WallState } from './use-wall';
import { Wall } from './wall';

interface MissionControlProps {
  readonly wall: WallState;
  /** The list; given a heading to stand in place of its own. */
  readonly incidents: (heading?: ReactNode) => ReactNode;
  readonly map: ReactNode;
}

/** Under this there is no room for list and map: the map becomes a tab of the column. */
const ROOMY = '(min-height: 860px) and (min-width: 1500px)';

/** Wall, incidents and map: one screen, no scrolling. */
export function MissionControl({ wall, incidents, map }: MissionControlProps) {
  const isRoomy = useMedia(ROOMY);
  const { isBare, toggle, leave } = useWallMode();
  useShortcuts({ 'wall.chrome': toggle });
  useEffect(() => leave, [leave]);
  return (
    <div className="flex min-h-0 flex-1">
      <Wall wall={wall} />
      {!isBare && (
        <div
          className={clsx(
            'flex shrink-0 flex-col border-hairline border-l bg-panel',
            isRoomy ? 'w-[clamp(22.5rem,20vw,36rem)]' : 'w-83',
          )}
        >
          {isRoomy ? (
            <>
              {incidents()}
              <div className="h-[30%] shrink-0 border-hairline border-t">{map}</div>
            </>
          ) : (
            <TabbedColumn incidents={incidents} map={map} />
          )}
        </div>
      )}
    </div>
  );
}

const TABS = [
  { value: 'incidents', label: 'Incidents' },
  { value: 'map', label: 'Map' },
] as const;

function TabbedColumn({ incidents, map }: Omit<MissionControlProps, 'wall'>) {
  const [tab, setTab] = useState<(typeof TABS)[number]['value']>('incidents');
  const tabs = (
    <Segmented
      label="Column shows"
      value={tab}
      options={TABS}
      onChange={setTab}
      className="-ml-1.5"
    />
  );
  if (tab === 'incidents') return incidents(tabs);
  return (
    <>
      <div className="flex h-9 shrink-0 items-center border-hairline border-b px-3">{tabs}</div>
      <div className="min-h-0 flex-1">{map}</div>
    </>
  );
}
