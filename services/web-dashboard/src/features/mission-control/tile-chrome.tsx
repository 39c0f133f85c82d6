import clsx from 'clsx';
import type { Camera } from '@/shared/api/types';
import { formatDuration, secondsBetween } from '@/shared/time/format';
import { useNow } from '@/shared/time/use-now';
import { ShapeMark, StatusMark, statusOf } from '@/shared/ui/status';
import { reasonWord } from '@/shared/words';
import type { TileState, TileStats } from '@/video';

/** Name and state: never a frozen picture that looks live. */
export function TileName({ camera, state }: { camera: Camera; state: TileState }) {
  return (
    <span className="flex min-w-0 items-center gap-1.5 rounded-sm bg-page/75 px-1.5 py-0.5 text-xs">
      <TileMark camera={camera} state={state} />
      <span className="truncate font-strong">{camera.name}</span>
      <StateWord state={state} />
    </span>
  );
}

function TileMark({ camera, state }: { camera: Camera; state: TileState }) {
  if (state.kind === 'live' || state.kind === 'degraded') {
    return <StatusMark status={camera.status === 'alert' ? 'alert' : 'online'} />;
  }
  if (state.kind === 'stale') return <ShapeMark shape="ring" className="text-warn" />;
  if (state.kind === 'connecting') return <StatusMark status="connecting" />;
  return <StatusMark status={statusOf(camera) === 'connecting' ? 'connecting' : 'offline'} />;
}

const STATE_WORDS: Readonly<Record<TileState['kind'], { word: string; className: string }>> = {
  live: { word: 'live', className: 'text-muted' },
  degraded: { word: 'degraded', className: 'text-warn' },
  connecting: { word: 'connecting', className: 'text-info' },
  stale: { word: 'stale', className: 'text-warn' },
  offline: { word: 'offline', className: 'text-offline' },
};

function StateWord({ state }: { readonly state: TileState }) {
  const { word, className } = STATE_WORDS[state.kind];
  const why = state.reason === null ? undefined : (state.detail ?? reasonWord(state.reason));
  return (
    <span className={clsx('shrink-0', className)} title={why}>
      {word}
    </span>
  );
}

const GOOD_MS = 500;
const FAIR_MS = 2000;

function latencyColour(latencyMs: number): string {
  if (latencyMs < GOOD_MS) return 'text-ok';
  return latencyMs < FAIR_MS ? 'text-warn' : 'text-critical';
}

/** `620 ms`, `1.4 s` */
export function latencyText(latencyMs: number): string {
  return latencyMs < 1000
    ? `${Math.max(0, Math.round(latencyMs / 10) * 10)} ms`
    : `${(latencyMs / 1000).toFixed(1)} s`;
}

/** How it gets here and how old it is when it does; the rest on hover. */
export function TileLatency({ stats }: { readonly stats: TileStats | null }) {
  if (stats === null) return null;
  const latency = stats.latencyMs ?? stats.lagMs;
  const details = [
    stats.latencyMs === null
      ? 'Behind the live end at this browser'
      : 'From capture to this screen (clock of the server)',
    `${stats.width} × ${stats.height}, ${stats.fps.toFixed(0)} fps, ${(stats.bytesPerS / 125_000).toFixed(1)} Mbit/s`,
    `Dropped by the browser: ${stats.droppedFrames}`,
    stats.codec ?? '',
  ];
  return (
    <span
      title={details.join('\n')}
      className="pointer-events-auto flex shrink-0 items-center gap-1.5 rounded-sm bg-page/75 px-1.5 py-0.5 text-xs"
    >
      <span className="text-muted">MSE</span>
      <span className={latencyColour(latency)}>{latencyText(latency)}</span>
    </span>
  );
}

/** In the middle of a tile without a live picture: what is the matter, and since when. */
export function TileMessage({ state }: { readonly state: TileState }) {
  const now = useNow();
  if (state.kind === 'live' || state.kind === 'degraded') return null;
  const text = messageOf(state);
  const since = formatDuration(secondsBetween(state.sinceMs, now));
  const note =
    state.kind === 'stale'
      ? `Last frame ${formatDuration((state.lastFrameAgeMs ?? 0) / 1000)} ago`
      : `since ${since}`;
  return (
    <span className="flex max-w-[85%] flex-col items-center gap-0.5 rounded-md bg-page/80 px-3 py-2 text-center">
      <span className="text-sm text-text">{text}</span>
      {state.sinceMs > 0 && state.kind !== 'connecting' && (
        <span className="text-muted text-xs">{note}</span>
      )}
    </span>
  );
}

function messageOf({ kind, reason, detail }: TileState): string {
  if (kind === 'connecting') {
    return reason === null || reason === 'starting' ? 'Connecting…' : reasonWord(reason);
  }
  return detail ?? (reason === null ? 'No picture' : reasonWord(reason));
}
