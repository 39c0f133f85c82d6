'use client';

import { MapPage } from '@/features/map';
import { TopBar } from '@/features/shell';

export default function MapRoute() {
  return (
    <>
      <TopBar title="Map" />
      <MapPage />
    </>
  );
}
