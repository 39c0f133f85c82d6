'use client';

import { IncidentColumn } from '@/features/incidents';
import { MapPanel } from '@/features/map';
import { MissionControl, useWall, WallControls } from '@/features/mission-control';
import { TopBar } from '@/features/shell';

export default function MissionControlPage() {
  const wall = useWall();
  return (
    <>
      <TopBar title="Mission Control">
        <WallControls wall={wall} />
      </TopBar>
      <MissionControl
        wall={wall}
        incidents={(heading) => <IncidentColumn heading={heading} />}
        map={<MapPanel />}
      />
    </>
  );
}
