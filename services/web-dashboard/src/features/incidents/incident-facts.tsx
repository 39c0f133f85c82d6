import Link from 'next/link';
import type { ReactNode } from 'react';
import type { Incident } from '@/shared/api/types';
import { Age, Moment } from '@/shared/ui/moment';
import { handlingWord } from '@/shared/words';

const MEDIA_CLOCK_HZ = 90_000;

/** Where the numbers come from: enough to find the very frame again. */
function factsOf(incident: Incident): readonly (readonly [string, ReactNode])[] {
  const tracks = incident.track_ids.map((id) => `#${id}`).join(' ');
  const seenBy = incident.also_seen_by.join(', ');
  return [
    ['Also seen by', seenBy === '' ? '–' : seenBy],
    ['Lasted', <Age key="age" at={incident.started_at} until={incident.ended_at} />],
    ['Handling', handlingWord(incident.handling)],
    ['By', incident.handled_by ?? '–'],
    ['At', incident.handled_at === null ? '–' : <Moment key="at" at={incident.handled_at} />],
    ['Tracks', tracks === '' ? '–' : tracks],
    ['Rule', `version ${incident.rule_version}, zones version ${incident.zone_version}`],
    ['Model', incident.model_version],
    [
      'Media clock',
      `${(incident.start_pts_90k / MEDIA_CLOCK_HZ).toFixed(3)} s of ${incident.stream_epoch}`,
    ],
    ['Incident', incident.id],
  ];
}

export function IncidentFacts({ incident }: { readonly incident: Incident }) {
  return (
    <>
      <dl className="grid grid-cols-[5.75rem_minmax(0,1fr)] gap-x-3 gap-y-1 text-sm">
        {factsOf(incident).map(([term, value]) => (
          <div key={term} className="contents">
            <dt className="text-muted">{term}</dt>
            <dd className="select-text break-words">{value}</dd>
          </div>
        ))}
      </dl>
      <div className="flex gap-4 text-sm">
        <Link
          prefetch={false}
          href={`/?max=${encodeURIComponent(incident.camera_id)}`}
          className="text-accent hover:underline"
        >
          Live picture
        </Link>
        <Link
          prefetch={false}
          href={`/events/?incident=${incident.id}`}
          className="text-accent hover:underline"
        >
          All its events
        </Link>
      </div>
    </>
  );
}
