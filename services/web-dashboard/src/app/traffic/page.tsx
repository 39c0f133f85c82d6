'use client';

import { TopBar } from '@/features/shell';
import { TrafficPage } from '@/features/traffic';

export default function TrafficRoute() {
  return (
    <>
      <TopBar title="Traffic" />
      <TrafficPage />
    </>
  );
}
