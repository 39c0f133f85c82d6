import { ArrowUpRight, X } from 'lucide-react';
import Link from 'next/link';
import { useState } from 'react';
import type { Incident } from '@/shared/api/types';
import { useSelection } from '@/shared/state/selection';
import { useNow } from '@/shared/time/use-now';
import { Button, IconButton } from '@/shared/ui/button';
import { Age, Moment } from '@/shared/ui/moment';
import { Picture } from '@/shared/ui/picture';
import { PRIORITY_LOOK, PriorityMark } from '@/shared/ui/status';
import { incidentTypeWord } from '@/shared/words';
import { ActionButtons, Notice } from './action-buttons';
import { isOpen } from './board';
import { EvidenceStatus } from './evidence-status';
import { pictureWord } from './evidence-words';
import { ExplainList } from './explain';
import { describeHandling } from './handling';
import { IncidentClip } from './incident-clip';

/** The selected incident, under the list: what, why, since when, and what to do. */
export function IncidentInspector({ incident }: { readonly incident: Incident }) {
  const [playing, setPlaying] = useState<string | null>(null);
  const isPlaying = incident.has_clip && playing === incident.id;
  return (
    <aside
      aria-label="Selected incident"
      className="flex shrink-0 flex-col gap-2 border-control/60 border-t bg-raised p-3"
    >
      <header className="flex items-center gap-2">
        <PriorityMark priority={incident.priority} quiet={!isOpen(incident)} />
        <h3 className="truncate font-strong text-base">{incidentTypeWord(incident.type)}</h3>
        <span className="text-muted text-xs">{PRIORITY_LOOK[incident.priority].word}</span>
        <span className="flex-1" />
        <Link
          prefetch={false}
          href={`/incidents/detail/?id=${incident.id}`}
          title="Open the incident (O)"
          className="flex h-6 items-center gap-1 rounded-md px-1.5 text-muted text-xs hover:bg-hover hover:text-text"
        >
          Open <ArrowUpRight className="size-3.5" aria-hidden="true" />
        </Link>
        <IconButton
          label="Close"
          className="size-6"
          onClick={() => useSelection.getState().selectIncident(null)}
        >
          <X />
        </IconButton>
      </header>
      <div className="flex gap-3">
        <div className="flex shrink-0 flex-col gap-1">
          <InspectorPicture incident={incident} />
          {incident.has_clip && (
            <Button size="small" onClick={() => setPlaying(isPlaying ? null : incident.id)}>
              {isPlaying ? 'Close the clip' : 'Play the clip'}
            </Button>
          )}
        </div>
        <Facts incident={incident} />
      </div>
      {isPlaying && <IncidentClip incident={incident} className="aspect-video w-full rounded-sm" />}
      <EvidenceStatus key={incident.id} incident={incident} />
      <ExplainList incident={incident} />
      <Notice id={incident.id} />
      <ActionButtons incident={incident} className="flex-[1_1_45%]" />
    </aside>
  );
}

function InspectorPicture({ incident }: { readonly incident: Incident }) {
  const size = 'h-[4.875rem] w-[8.625rem] shrink-0 rounded-sm bg-page';
  if (!incident.has_snapshot) {
    return (
      <div className={`${size} flex items-center justify-center text-faint text-xs`}>
        {pictureWord(incident)}
      </div>
    );
  }
  return (
    <Picture
      src={`/api/incidents/${incident.id}/snapshot?boxes=true`}
      alt={`${incidentTypeWord(incident.type)} as first seen by ${incident.camera_name}`}
      className={size}
    />
  );
}

function Facts({ incident }: { readonly incident: Incident }) {
  const now = useNow();
  return (
    <div className="min-w-0 text-muted text-xs leading-[1.1875rem]">
      <p className="truncate text-text">{incident.camera_name}</p>
      <p className="truncate">{incident.zone_name ?? 'Whole picture'}</p>
      <p>
        <Moment at={incident.alarm_at} /> ·{' '}
        {incident.condition === 'active' ? (
          <span className="text-alert">
            for <Age at={incident.started_at} />
          </span>
        ) : (
          <>
            lasted <Age at={incident.started_at} until={incident.ended_at} />
          </>
        )}
      </p>
      <p className="truncate" title={describeHandling(incident, now)}>
        {describeHandling(incident, now)}
      </p>
    </div>
  );
}
