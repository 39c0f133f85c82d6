import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { ChartColumn, Download } from 'lucide-react';
import Link from 'next/link';
import { camerasQuery } from '@/shared/api/cameras';
import { saveFile } from '@/shared/api/files';
import { flowQuery, flowTablePath } from '@/shared/api/flow';
import type { FlowReport } from '@/shared/api/types';
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
import { isSpanCode, SPANS, type SpanCode, shareWords } from './flow-figures';
import { LineCard, TurnTable, ZoneCard } from './series-cards';

/** What crossed the lines of a camera, and how its zones flowed. */
export function TrafficPage() {
  const [url, setUrl] = useUrlState(['camera', 'span']);
  const cameras = useQuery(camerasQuery);
  const camera = url.camera === '' ? (cameras.data?.[0]?.key ?? '') : url.camera;
  const span: SpanCode = isSpanCode(url.span) ? url.span : '';
  const query = useQuery({
    ...flowQuery(camera, SPANS[span]),
    enabled: camera !== '',
    placeholderData: keepPreviousData,
  });
  const table = useMutation({
    mutationFn: () => saveFile(flowTablePath(camera, SPANS[span]), `flow-${camera}.csv`),
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
          {(cameras.data ?? []).map(({ key, name }) => (
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
        {query.data !== undefined && (
          <span
            className="text-muted text-xs"
            title="Share of the time in which frames were inferred: counts are of that time"
          >
            {shareWords(query.data.coverage)} watched
          </span>
        )}
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
        {query.data !== undefined && <Report report={query.data} />}
      </div>
    </div>
  );
}

function Report({ report }: { readonly report: FlowReport }) {
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
  return (
    <div className="flex flex-col gap-6 p-4">
      {report.lines.length > 0 && (
        <Section title="Counting lines">
          {report.lines.map((line) => (
            <LineCard key={line.line_id} report={report} line={line} />
          ))}
        </Section>
      )}
      <TurnTable report={report} />
      {report.zones.length > 0 && (
        <Section title="Zones">
          {report.zones.map((zone) => (
            <ZoneCard key={zone.zone_id} report={report} zone={zone} />
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
      <div className="grid grid-cols-[repeat(auto-fill,minmax(22rem,1fr))] gap-3">{children}</div>
    </section>
  );
}
