import { useEffect, useState } from 'react';
import type { SourceKind } from './source-kind';

const LONGEST_S = 10;
const TICK_MS = 250;
const OPENING_S = 3;

/** What goes on while a source is looked at, and for how long yet at most. */
export function ProbeProgress({ kind }: { readonly kind: SourceKind | null }) {
  const [elapsedS, setElapsed] = useState(0);
  useEffect(() => {
    const startedMs = performance.now();
    const timer = setInterval(() => setElapsed((performance.now() - startedMs) / 1000), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  const isLive = kind === 'rtsp' || kind === 'http';
  return (
    <div className="flex flex-col gap-1.5 text-sm" role="status">
      <p className="text-muted">
        {isLive && elapsedS > OPENING_S
          ? 'Watching its frames, key frames and clock.'
          : 'Opening the source.'}{' '}
        This takes at most ten seconds.
      </p>
      <div
        role="progressbar"
        aria-label="Looking at the source"
        aria-valuemin={0}
        aria-valuemax={LONGEST_S}
        aria-valuenow={Math.min(LONGEST_S, Math.floor(elapsedS))}
        className="h-1 overflow-hidden rounded-full bg-hover"
      >
        <div
          className="h-full bg-accent transition-[width] duration-200 ease-linear"
          style={{ width: `${Math.min(100, (elapsedS / LONGEST_S) * 100)}%` }}
        />
      </div>
    </div>
  );
}
