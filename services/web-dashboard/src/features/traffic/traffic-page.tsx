import { useMutation, useQuery } from '@tanstack/react-query';
import { ChartColumn, Download } from 'lucide-react';
import Link from 'next/link';
import { camerasQuery, zonesQuery } from '@/shared/api/cameras';
import { saveFile } from '@/shared/api/files';
import { type FlowAsked, flowQuery, flowTablePath } from '@/shared/api/flow';
import type { FlowReport } from '@/shared/api/types';
import { usePreferences } from '@/shared/state/preferences';
import { formatMinute, formatSlot, type ZoneChoice, zoneLabel } from '@/shared/time/format';
import { siteClock } from '@/shared/time/site-clock';
import { Button } from '@/shared/ui/button';
import { Select } from '@/shared/ui/field';
import {
  ErrorState,
  FormProblem,
  PanelMessage,
  SkeletonRows,
  StaleNote,
} from '@/shared/ui/panel-state';
import { useUrlState } from '@/shared/url/use-url-state';
import { shareWords } from './flow-figures';
import { namesOf } from './flow-names';
import { barMinutesOf, isSpanCode, lengthWords, rangeOf, SPANS, type SpanCode } from './flow-span';
import { LineCard, TurnTable, ZoneCard } from './series-cards';

/** What crossed the lines of a camera, and how its zones flowed. */
export function TrafficPage() {
  const [url, setUrl] = useUrlState(['camera', 'span']);
  const cameras = useQuery(camerasQuery);
  const camera = url.camera === '' ? (cameras.data?.[0]?.key ?? '') : url.camera;
  const span: SpanCode = isSpanCode(url.span) ? url.span : '';
  const timeZone = usePreferences((state) => state.timeZone);
  const asked = askedFor(span, timeZone);
  const query = useQuery({
    ...flowQuery(camera, asked),
    enabled: camera !== '',
    // The last figures stay while other times of the same camera come; never those of another.
    placeholderData: (last) => (last?.camera_id === camera ? last : undefined),
  });
  const table = useMutation({
    mutationFn: () => saveFile(flowTablePath(camera, asked), `flow-${camera}.csv`),
  });
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <search className="flex min-h-11 shrink-0 flex-wrap items-center gap-2 border-hairline border-b px-3 py-1.5">
        <Select
          aria-label="Camera"
          value={camera}
          onChange={(event) => setUrl({ camera: event.target.value })}
          style={{ width: 'auto' }}
        >
          {cameras.data === undefined && <option value={camera}>{camera || 'Cameras…'}</option>}
          {cameras.data?.map(({ key, name }) => (
            <option key={key} value={key}>
              {name}
            </option>
          ))}
        </Select>
        <Select
          aria-label="Time"
          value={span}
          onChange={(event) => setUrl({ span: event.target.value })}
          style={{ width: 'auto' }}
        >
          {Object.entries(SPANS).map(([code, { label }]) => (
            <option key={code} value={code}>
              {label}
            </option>
          ))}
        </Select>
        <span className="flex-1" />
        {query.data !== undefined && <Extent report={query.data} zone={timeZone} />}
        <Button disabled={camera === '' || table.isPending} onClick={() => table.mutate()}>
          <Download className="size-3.5" aria-hidden="true" /> CSV
        </Button>
      </search>
      <FormProblem error={table.error} />
      {query.isError && query.data !== undefined && <StaleNote error={query.error} />}
      <div className="min-h-0 flex-1 overflow-auto">
        {query.isPending && camera !== '' && <SkeletonRows rows={6} height={96} />}
        {query.isError && query.data === undefined && (
          <ErrorState what="The flow" error={query.error} onRetry={() => void query.refetch()} />
        )}
        {query.data !== undefined && <Report key={query.data.camera_id} report={query.data} />}
      </div>
    </div>
  );
}

function askedFor(code: SpanCode, zone: ZoneChoice): FlowAsked {
  const span = SPANS[code];
  return {
    key: `${code} ${zone}`,
    step: span.step,
    range: () => rangeOf(span, siteClock.now(), zone),
  };
}

interface ExtentProps {
  readonly report: FlowReport;
  readonly zone: ZoneChoice;
}

/** Which time is shown, by whose clock, and how much of it was watched. */
function Extent({ report, zone }: ExtentProps) {
  const endMs = Date.parse(report.end);
  return (
    <span className="text-muted text-xs tabular-nums">
      {formatSlot(report.start, zone, endMs)} – {formatMinute(endMs, zone)} {zoneLabel(endMs, zone)}
      {' · a bar for each '}
      {lengthWords(barMinutesOf(report))}
      {' · '}
      <span title="Share of the time in which frames were inferred: counts are of that time">
        {shareWords(report.coverage)} watched
      </span>
    </span>
  );
}

function Report({ report }: { readonly report: FlowReport }) {
  const drawn = useQuery(zonesQuery(report.camera_id)).data?.zones ?? [];
  if (report.zones.length === 0 && report.lines.length === 0) {
    return (
      <PanelMessage
        className="pt-28"
        icon={<ChartColumn aria-hidden="true" />}
        title="Nothing was measured in this time"
        action={
          <Link
            prefetch={false}
            href={`/cameras/?zones=${encodeURIComponent(report.camera_id)}`}
            className="text-accent hover:underline"
          >
            Draw zones and counting lines
          </Link>
        }
      >
        Each zone and each counting line is measured once a minute, from the minute on in which it
        was drawn.
      </PanelMessage>
    );
  }
  const names = namesOf(report, drawn);
  return (
    <div className="flex flex-col gap-6 p-4">
      {report.lines.length > 0 && (
        <Section title="Counting lines">
          {report.lines.map((line) => (
            <LineCard
              key={line.line_id}
              report={report}
              line={line}
              name={names.get(line.line_id) ?? line.name}
            />
          ))}
        </Section>
      )}
      <TurnTable report={report} names={names} />
      {report.zones.length > 0 && (
        <Section title="Zones">
          {report.zones.map((zone) => (
            <ZoneCard
              key={zone.zone_id}
              report={report}
              zone={zone}
              name={names.get(zone.zone_id) ?? zone.name}
            />
          ))}
        </Section>
      )}
    </div>
  );
}

function Section({
  title,
  children,
}: {
  readonly title: string;
  readonly children: React.ReactNode;
}) {
  return (
    <section className="flex flex-col gap-2">
      <h2 className="font-strong text-base">{title}</h2>
      <div className="grid grid-cols-[repeat(auto-fit,minmax(22rem,1fr))] gap-3">{children}</div>
    </section>
  );
}
