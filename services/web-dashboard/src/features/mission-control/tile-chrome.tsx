import clsx from 'clsx';
import type { Camera } from '@/shared/api/types';
import { RecordingMark } from '@/shared/recordings/recording-controls';
import { formatDuration, secondsBetween } from '@/shared/time/format';
import { useNow } from '@/shared/time/use-now';
import { HealthMark } from '@/shared/ui/health';
import { ShapeMark, StatusMark, statusOf } from '@/shared/ui/status';
import { cameraFaultWord, reasonWord } from '@/shared/words';
import type { TileState, TileStats } from '@/video';
import { latencyText, PLAYER_WORDS } from './tile-figures';
import { TilePanel } from './tile-panel';

/** Name and state: never a frozen picture that looks live. */
export function TileName({ camera, state }: { camera: Camera; state: TileState }) {
  return (
    <span className="flex min-w-0 items-center gap-1.5 rounded-sm bg-page/75 px-1.5 py-0.5 text-xs">
      <TileMark camera={camera} state={state} />
      <span className="truncate font-strong">{camera.name}</span>
      <StateWord state={state} />
      <RecordingMark cameraKey={camera.key} />
      {camera.rules_suspended !== null && (
        <span
          className="shrink-0 text-warn"
          title={`No rule says anything: ${cameraFaultWord(camera.rules_suspended.reason)}`}
        >
          rules suspended
        </span>
      )}
      {camera.health !== null && camera.health.grade !== 'good' && (
        <span className="pointer-events-auto flex">
          <HealthMark health={camera.health} withWord={false} />
        </span>
      )}
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

/** How it gets here and how old it is when it does; the rest on a click. */
export function TileLatency({ camera, stats }: { camera: Camera; stats: TileStats | null }) {
  if (stats === null || stats.player === null) return null;
  const latency = stats.latencyMs ?? stats.lagMs;
  const path = PLAYER_WORDS[stats.player];
  return (
    <TilePanel camera={camera} stats={stats}>
      <button
        type="button"
        title={stats.note ?? 'Path and delay: click for more'}
        aria-label={`Path and delay of ${camera.name}: ${path}`}
        className="pointer-events-auto flex shrink-0 items-center gap-1.5 rounded-sm bg-page/75 px-1.5 py-0.5 text-xs hover:bg-page"
      >
        {stats.note !== null && <ShapeMark shape="triangle" className="size-2.5! text-warn" />}
        <span className="text-muted">{path}</span>
        {latency !== null && (
          <span className={latencyColour(latency)}>
            {stats.isApproximate && '≈ '}
            {latencyText(latency)}
          </span>
        )}
      </button>
    </TilePanel>
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
