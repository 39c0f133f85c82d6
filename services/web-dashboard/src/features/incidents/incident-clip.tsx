import { useQuery } from '@tanstack/react-query';
import clsx from 'clsx';
import { clipQuery } from '@/shared/api/evidence';
import type { Incident } from '@/shared/api/types';
import { useObjectUrl } from '@/shared/ui/object-url';
import { incidentTypeWord } from '@/shared/words';

interface IncidentClipProps {
  readonly incident: Incident;
  readonly className?: string;
}

/** The seconds around the alarm. It plays without sound: cameras send none. */
export function IncidentClip({ incident, className }: IncidentClipProps) {
  const query = useQuery(clipQuery(incident.id));
  const url = useObjectUrl(query.data);
  if (url === null) {
    return (
      <div
        className={clsx('flex items-center justify-center bg-raised text-faint text-xs', className)}
      >
        {query.isError ? 'The clip cannot be read' : 'Fetching the clip…'}
      </div>
    );
  }
  return (
    <video
      src={url}
      aria-label={`${incidentTypeWord(incident.type)}, ${incident.camera_name}, around the alarm`}
      className={className}
      controls
      autoPlay
      muted
      playsInline
    />
  );
}
