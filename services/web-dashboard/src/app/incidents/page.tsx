'use client';

import { IncidentsPage } from '@/features/incidents';
import { TopBar } from '@/features/shell';

export default function IncidentsRoute() {
  return (
    <>
      <TopBar title="Incidents" />
      <IncidentsPage />
    </>
  );
}
