import { useQuery } from '@tanstack/react-query';
import clsx from 'clsx';
import { ArrowLeft } from 'lucide-react';
import Link from 'next/link';
import { type ReactNode, useEffect, useState } from 'react';
import { incidentQuery } from '@/shared/api/incidents';
import type { Incident } from '@/shared/api/types';
import { useShortcuts } from '@/shared/keyboard/shortcuts';
import { useSelection } from '@/shared/state/selection';
import { useNow } from '@/shared/time/use-now';
import { ErrorState, PanelMessage, SkeletonRows } from '@/shared/ui/panel-state';
import { Picture } from '@/shared/ui/picture';
import { Segmented } from '@/shared/ui/segmented';
import { PRIORITY_LOOK, PriorityMark } from '@/shared/ui/status';
import { incidentTypeWord } from '@/shared/words';
import { ActionButtons, Notice } from './action-buttons';
import { isOpen } from './board';
import { EvidenceChain } from './evidence-chain';
import { EvidenceStatus } from './evidence-status';
import { pictureWord } from './evidence-words';
import { ExplainStory } from './explain';
import { describeHandling } from './handling';
import { IncidentClip } from './incident-clip';
import { IncidentFacts } from './incident-facts';
import { IncidentTimeline } from './incident-timeline';
import { useHandling } from './use-handling';

interface IncidentDetailProps {
  readonly id: string;
  /** What lies beside it, given by the page: the map. */
  readonly map: ReactNode;
}

/** Everything that is known about one incident. */
export function IncidentDetail({ id, map }: IncidentDetailProps) {
  const query = useQuery({ ...incidentQuery(id), enabled: id !== '' });
  if (id === '') {
    return (
      <PanelMessage title="Which incident?" className="pt-28">
        The address names none.{' '}
        <Link prefetch={false} href="/incidents/">
          Go to the incidents
        </Link>
        .
      </PanelMessage>
    );
  }
  if (query.isPending) return <SkeletonRows rows={8} height={56} />;
  if (query.data === undefined) {
    return (
      <ErrorState what="The incident" error={query.error} onRetry={() => void query.refetch()} />
    );
  }
  return <Detail incident={query.data} map={map} />;
}

function Detail({ incident, map }: { readonly incident: Incident; readonly map: ReactNode }) {
  const act = useHandling(incident);
  const { id, camera_id } = incident;
  // The map shows the camera that everything on this page is about.
  useEffect(() => useSelection.getState().selectIncident({ id, camera_id }), [id, camera_id]);
  useShortcuts({
    'incidents.ack': () => act('ack'),
    'incidents.take': () => act('take'),
    'incidents.resolve': () => act('resolve'),
    'incidents.falseAlarm': () => act('false-alarm'),
    'incidents.reopen': () => act('reopen'),
  });
  return (
    <div className="min-h-0 flex-1 overflow-auto">
      <Header incident={incident} />
      <div className="grid grid-cols-[minmax(0,1fr)_27.5rem] max-lg:grid-cols-1">
        <div className="flex min-w-0 flex-col gap-5 p-4">
          <Evidence incident={incident} />
          <IncidentTimeline incident={incident} />
        </div>
        <div className="flex flex-col border-hairline border-l">
          <Section title="Why it fired">
            <ExplainStory incident={incident} />
          </Section>
          <Section title="Facts">
            <IncidentFacts incident={incident} />
          </Section>
          {incident.evidence_complete && (
            <Section title="Chain of evidence">
              <EvidenceChain id={incident.id} />
            </Section>
          )}
          <div className="h-64 border-hairline border-b">{map}</div>
        </div>
      </div>
    </div>
  );
}

function Section({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section className="flex flex-col gap-2 border-hairline border-b p-4">
      <h3 className="font-strong">{title}</h3>
      {children}
    </section>
  );
}

function Header({ incident }: { readonly incident: Incident }) {
  const now = useNow();
  return (
    <header className="sticky top-0 z-10 flex flex-wrap items-center gap-x-4 gap-y-2 border-hairline border-b bg-page px-4 py-2.5">
      <Link
        prefetch={false}
        href="/incidents/"
        className="flex items-center gap-1.5 rounded-md py-1 text-muted hover:text-text"
      >
        <ArrowLeft className="size-4" aria-hidden="true" /> Incidents
      </Link>
      <div className="min-w-0">
        <h2 className="flex items-center gap-2 font-strong text-lg">
          <PriorityMark priority={incident.priority} quiet={!isOpen(incident)} />
          {incidentTypeWord(incident.type)}
          <span className="font-normal text-muted text-sm">
            {PRIORITY_LOOK[incident.priority].word} priority · severity{' '}
            {incident.severity.toFixed(1)}
          </span>
        </h2>
        <p className="truncate text-muted text-sm">
          {incident.camera_name}
          {incident.zone_name !== null && ` · ${incident.zone_name}`} ·{' '}
          {describeHandling(incident, now)}
        </p>
      </div>
      <span className="flex-1" />
      <div className="flex flex-col items-end gap-1">
        <ActionButtons incident={incident} />
        <Notice id={incident.id} />
      </div>
    </header>
  );
}

const PICTURES = [
  { value: 'boxes', label: 'With boxes' },
  { value: 'plain', label: 'As recorded' },
] as const;
const WITH_CLIP = [...PICTURES, { value: 'clip', label: 'Clip' }] as const;

function Evidence({ incident }: { readonly incident: Incident }) {
  const [layer, setLayer] = useState<(typeof WITH_CLIP)[number]['value']>('boxes');
  const frame = 'aspect-video max-h-[calc(100vh-300px)] min-h-60 w-full rounded-md bg-black';
  return (
    <figure className="flex flex-col gap-2">
      <Shown incident={incident} layer={layer} className={frame} />
      {incident.has_snapshot && (
        <figcaption className="flex items-center justify-between text-muted text-xs">
          {layer === 'clip' ? 'Before and after the alarm' : 'The frame of the alarm'}
          <Segmented
            label="Picture"
            value={layer}
            options={incident.has_clip ? WITH_CLIP : PICTURES}
            onChange={setLayer}
          />
        </figcaption>
      )}
      <EvidenceStatus key={incident.id} incident={incident} />
    </figure>
  );
}

interface ShownProps {
  readonly incident: Incident;
  readonly layer: (typeof WITH_CLIP)[number]['value'];
  readonly className: string;
}

function Shown({ incident, layer, className }: ShownProps) {
  if (layer === 'clip') return <IncidentClip incident={incident} className={className} />;
  if (incident.has_snapshot) {
    return (
      <Picture
        src={`/api/incidents/${incident.id}/snapshot?boxes=${layer === 'boxes'}`}
        alt={`${incidentTypeWord(incident.type)}, ${incident.camera_name}, at the alarm`}
        className={className}
      />
    );
  }
  return (
    <div className={clsx(className, 'flex items-center justify-center text-muted')}>
      {pictureWord(incident)}
    </div>
  );
}
