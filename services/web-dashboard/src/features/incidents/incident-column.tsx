import { useQuery } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { type ReactNode, useCallback, useEffect } from 'react';
import { camerasQuery } from '@/shared/api/cameras';
import type { Incident } from '@/shared/api/types';
import { useShortcuts } from '@/shared/keyboard/shortcuts';
import { useSelection } from '@/shared/state/selection';
import { ErrorState, PanelMessage, SkeletonRows, StaleNote } from '@/shared/ui/panel-state';
import { Segmented } from '@/shared/ui/segmented';
import { ShapeMark } from '@/shared/ui/status';
import { stepSelection } from './board';
import { IncidentInspector } from './incident-inspector';
import { IncidentRow } from './incident-row';
import { useBoard } from './use-board';
import { useHandling } from './use-handling';

const ROW_PX = 52;

/**
 * The queue of incidents beside the wall: live, sorted, worked by keys.
 *
 * `heading` stands in place of its own, where there is a tab to choose it by.
 */
export function IncidentColumn({ heading }: { readonly heading?: ReactNode }) {
  const board = useBoard();
  const { incidentId, selectIncident } = useSelection();
  const selected = board.known.find((incident) => incident.id === incidentId) ?? null;
  const step = useIncidentKeys(board.rows, selected);
  useEffect(() => {
    if (incidentId === null) return;
    document.querySelector(`[data-incident="${incidentId}"]`)?.scrollIntoView({ block: 'nearest' });
  }, [incidentId]);
  const { counts } = board;
  return (
    <section aria-label="Incidents" className="flex min-h-0 flex-1 flex-col">
      <header className="flex h-9 shrink-0 items-center justify-between border-hairline border-b pr-1.5 pl-3">
        <h2 className={heading === undefined ? 'font-strong' : 'sr-only'}>Incidents</h2>
        {heading}
        <Segmented
          label="Which incidents"
          value={board.tab}
          onChange={board.changeTab}
          options={[
            { value: 'new', label: <Count word="New" count={counts.new} isLoud /> },
            { value: 'all', label: <Count word="All" count={counts.all} /> },
          ]}
        />
      </header>
      {board.query.isError && board.query.data !== undefined && (
        <StaleNote error={board.query.error} />
      )}
      <div className="relative min-h-0 flex-1">
        <Rows board={board} selected={selected} onSelect={selectIncident} onStep={step} />
        {board.waiting > 0 && (
          <button
            type="button"
            onClick={board.release}
            className="-translate-x-1/2 absolute top-2 left-1/2 rounded-full bg-accent px-3 py-1 font-strong text-page text-xs"
          >
            {board.waiting} new · resume
          </button>
        )}
      </div>
      {selected !== null && <IncidentInspector incident={selected} />}
    </section>
  );
}

function Count({ word, count, isLoud }: { word: string; count: number; isLoud?: boolean }) {
  return (
    <>
      {word}
      <span className={isLoud && count > 0 ? 'font-strong text-alert' : 'text-muted'}>{count}</span>
    </>
  );
}

interface RowsProps {
  readonly board: ReturnType<typeof useBoard>;
  readonly selected: Incident | null;
  readonly onSelect: (incident: Incident) => void;
  readonly onStep: (by: 1 | -1) => void;
}

const ARROW_STEPS: Readonly<Record<string, 1 | -1>> = { ArrowUp: -1, ArrowDown: 1 };

function Rows({ board, selected, onSelect, onStep }: RowsProps) {
  const { query, rows, tab } = board;
  if (query.isPending) return <SkeletonRows rows={6} height={ROW_PX} />;
  if (query.data === undefined) {
    return (
      <ErrorState what="The incidents" error={query.error} onRetry={() => void query.refetch()} />
    );
  }
  if (rows.length === 0) return <Quiet tab={tab} />;
  return (
    <ol
      aria-label={tab === 'new' ? 'New incidents' : 'All incidents'}
      className="absolute inset-0 overflow-y-auto"
      // With the focus in the list the arrows belong to it, not to the wall.
      onKeyDown={(event) => {
        const by = ARROW_STEPS[event.key];
        if (by === undefined) return;
        event.preventDefault();
        onStep(by);
      }}
      onPointerEnter={board.hold}
      onPointerLeave={board.release}
    >
      {rows.map((incident) => (
        <IncidentRow
          key={incident.id}
          incident={incident}
          isSelected={incident.id === selected?.id}
          onSelect={onSelect}
        />
      ))}
    </ol>
  );
}

function Quiet({ tab }: { tab: 'new' | 'all' }) {
  const cameras = useQuery(camerasQuery);
  const watched = cameras.data?.filter((camera) => camera.status !== 'offline').length ?? 0;
  if (watched === 0) {
    return (
      <PanelMessage
        icon={<ShapeMark shape="cross" className="text-offline" />}
        title="Nothing is watched"
      >
        No camera is online, so no incident can be seen.
      </PanelMessage>
    );
  }
  return (
    <PanelMessage
      icon={<ShapeMark shape="dot" className="text-ok" />}
      title={tab === 'new' ? 'All quiet' : 'No incidents yet'}
    >
      {watched} {watched === 1 ? 'camera is' : 'cameras are'} watched. Incidents appear here the
      moment a rule fires.
    </PanelMessage>
  );
}

/** @returns what moves the selection, and the focus where it is in the list. */
function useIncidentKeys(
  rows: readonly Incident[],
  selected: Incident | null,
): (by: 1 | -1) => void {
  const router = useRouter();
  const { selectIncident } = useSelection();
  const act = useHandling(selected);
  const step = useCallback(
    (by: 1 | -1) => {
      const ids = rows.map((row) => row.id);
      const next = stepSelection(ids, selected?.id ?? null, by);
      const incident = rows.find((row) => row.id === next);
      if (incident === undefined) return;
      selectIncident(incident);
      const row = document.querySelector(`[data-incident="${incident.id}"] button`);
      const isInList = document.activeElement?.closest('[data-incident]') ?? null;
      if (isInList !== null && row instanceof HTMLElement) row.focus();
    },
    [rows, selected, selectIncident],
  );
  const isSelected = selected !== null;
  useShortcuts({
    'incidents.next': () => step(1),
    'incidents.previous': () => step(-1),
    'incidents.ack': isSelected ? () => act('ack') : null,
    'incidents.take': isSelected ? () => act('take') : null,
    'incidents.resolve': isSelected ? () => act('resolve') : null,
    'incidents.falseAlarm': isSelected ? () => act('false-alarm') : null,
    'incidents.reopen': isSelected ? () => act('reopen') : null,
    'incidents.open': isSelected ? () => router.push(`/incidents/detail/?id=${selected.id}`) : null,
  });
  return step;
}
