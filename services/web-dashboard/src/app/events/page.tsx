'use client';

import { EventsPage } from '@/features/events';
import { TopBar } from '@/features/shell';

export default function EventsRoute() {
  return (
    <>
      <TopBar title="Events" />
      <EventsPage />
    </>
  );
}
