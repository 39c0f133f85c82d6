import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { camerasQuery } from '@/shared/api/cameras';
import type { Incident } from '@/shared/api/types';
import { Age } from '@/shared/ui/moment';
import { handlingWord } from '@/shared/words';

const MEDIA_CLOCK_HZ = 90_000;

/** Where the numbers come from: enough to find the very frame again. */
function factsOf(incident: Incident): readonly (readonly [string, ReactNode])[] {
  const tracks = incident.track_ids.map((id) => `#${id}`).join(' ');
  return [
    ['Also seen by', <SeenBy key="seen" incident={incident} />],
    ['Lasted', <Age key="age" at={incident.started_at} until={incident.ended_at} />],
    ['Handling', handlingWord(incident.handling)],

    ['Tracks', tracks === '' ? 'none' : tracks],
    ['Rule', `version ${incident.rule_version}, zones version ${incident.zone_version}`],
    ['Model', incident.model_version],
    [
      'Media clock',
      `${(incident.start_pts_90k / MEDIA_CLOCK_HZ).toFixed(3)} s of ${incident.stream_epoch}`,
    ],
    ['Incident', incident.id],
  ];
}

/** The cameras that look at the same place and saw it too. */
function SeenBy({ incident }: { readonly incident: Incident }) {
  const cameras = useQuery(camerasQuery).data ?? [];
  const { also_seen_by: keys, duplicate_of: first, place } = incident;
  if (keys.length === 0) return <>no other camera</>;
  return (
    <>
      {keys.map((key, index) => (
        <span key={key}>
          {index > 0 && ', '}
          <Link
            prefetch={false}
            href={`/?max=${encodeURIComponent(key)}`}
            className="text-accent hover:underline"
          >
            {cameras.find((camera) => camera.key === key)?.name ?? key}
          </Link>
        </span>
      ))}
      {place !== null && <span className="text-muted"> at the place {place}</span>}
      {first !== null && (
        <Link
          prefetch={false}
          href={`/incidents/detail/?id=${first}`}
          className="block text-accent hover:underline"
        >
          The incident of the camera that saw it first
        </Link>
      )}
    </>
  );
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
