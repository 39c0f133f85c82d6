'use client';

import { IncidentDetail } from '@/features/incidents';
import { MapPanel } from '@/features/map';
import { TopBar } from '@/features/shell';
import { useUrlState } from '@/shared/url/use-url-state';

const URL_NAMES = ['id'] as const;

export default function IncidentRoute() {
  const [url] = useUrlState(URL_NAMES);
  return (
    <>
      <TopBar title="Incident" />
      <IncidentDetail key={url.id} id={url.id} map={<MapPanel />} />
    </>
  );
}
