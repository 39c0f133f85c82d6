'use client';

import { SettingsPage } from '@/features/settings';
import { TopBar } from '@/features/shell';

export default function SettingsRoute() {
  return (
    <>
      <TopBar title="Settings" />
      <SettingsPage />
    </>
  );
}
