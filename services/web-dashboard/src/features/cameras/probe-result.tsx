import { CircleCheck, TriangleAlert } from 'lucide-react';
import { problemOf } from '@/shared/api/problem';
import type { ProbeResult } from '@/shared/api/types';
import { reasonWord } from '@/shared/words';
import { probeFacts } from './probe-facts';

/** What the source sends, in numbers and in advice. */
export function ProbeReport({ result }: { readonly result: ProbeResult }) {
  const facts = probeFacts(result);
  return (
    <div className="flex flex-col gap-3" role="status">
      <div className="grid grid-cols-[15rem_1fr] gap-4">
        {/* biome-ignore lint/performance/noImgElement: a data URL, nothing to optimise */}
        <img
          src={result.snapshot}
          alt="What the source shows first"
          className="aspect-video w-full rounded-md bg-black object-contain"
        />
        <dl className="grid grid-cols-[auto_1fr] content-start gap-x-4 gap-y-1 text-sm">
          {facts.map(([term, value]) => (
            <div key={term} className="contents">
              <dt className="text-muted">{term}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </div>
      {result.advice.length === 0 ? (
        <p className="flex items-center gap-2 text-ok text-sm">
          <CircleCheck className="size-4" aria-hidden="true" /> Fits as it is.
        </p>
      ) : (
        result.advice.map((advice) => (
          <p key={advice} className="flex items-start gap-2 text-sm text-warn">
            <TriangleAlert className="mt-0.5 size-4 shrink-0" aria-hidden="true" />
            {advice}
          </p>
        ))
      )}
    </div>
  );
}

/** The first picture of a source, to draw on. */
export function ProbePicture({ result }: { readonly result: ProbeResult }) {
  return (
    // biome-ignore lint/performance/noImgElement: a data URL, nothing to optimise
    <img
      src={result.snapshot}
      alt="What the source shows first"
      draggable={false}
      className="absolute inset-0 size-full object-fill"
    />
  );
}

/** Why nothing came. The camera may be stored all the same. */
export function ProbeFailure({ error }: { readonly error: unknown }) {
  const problem = problemOf(error);
  return (
    <div role="alert" className="rounded-md border border-warn/40 bg-warn/10 px-3 py-2 text-sm">
      <p className="font-strong text-warn">
        {problem.reason === null ? 'The source could not be tested' : reasonWord(problem.reason)}
      </p>
      <p className="text-muted">{problem.detail}</p>
      {problem.code === 'source-failed' && (
        <p className="mt-1 text-muted">
          You may add it all the same: it is shown as offline and tried again and again.
        </p>
      )}
    </div>
  );
}
