'use client';

import { CamerasPage } from '@/features/cameras';
import { TopBar } from '@/features/shell';

export default function CamerasRoute() {
  return (
    <>
      <TopBar title="Cameras" />
      <CamerasPage />
    </>
  );
}
