import type { TileStats } from '@/video';

/** `620 ms`, `1.4 s` */
export function latencyText(latencyMs: number): string {
  return latencyMs < 1000
    ? `${Math.max(0, Math.round(latencyMs / 10) * 10)} ms`
    : `${(latencyMs / 1000).toFixed(1)} s`;
}

export const PLAYER_WORDS = { whep: 'WebRTC', ll_hls: 'LL-HLS', mse: 'MSE' } as const;

const UNKNOWN = '–';

function ms(value: number | null): string {
  return value === null ? UNKNOWN : latencyText(value);
}

function percent(share: number): string {
  const value = share * 100;
  return `${value > 0 && value < 10 ? value.toFixed(1) : value.toFixed(0)} %`;
}

/** The first part of a codec string in the words people use. */
export function codecWord(codec: string): string {
  if (/^(avc[13]|h264)/i.test(codec)) return 'H.264';
  if (/^(hvc1|hev1|h265|hevc)/i.test(codec)) return 'H.265';
  return codec;
}

/** What one line of the panel says. */
export interface Figure {
  readonly term: string;
  readonly value: string;
  /** Where the number comes from. */
  readonly help: string;
}

/** Everything that is measured of a tile, in words. */
export function figuresOf(stats: TileStats): readonly Figure[] {
  return [...pictureFigures(stats), ...delayFigures(stats), ...boxFigures(stats)];
}

function pictureFigures(stats: TileStats): Figure[] {
  const { codec, width, height, fps, bytesPerS } = stats;
  const size = width === 0 ? UNKNOWN : `${width} × ${height}`;
  return [
    { term: 'Picture', value: `${size} · ${fps.toFixed(0)} fps`, help: 'As displayed here' },
    { term: 'Codec', value: codec === null ? UNKNOWN : codecWord(codec), help: codec ?? '' },
    {
      term: 'Bitrate',
      value: `${(bytesPerS / 125_000).toFixed(1)} Mbit/s`,
      help: 'What came to this browser in the last second',
    },
    {
      term: 'Dropped',
      value: `${stats.droppedFrames} · ${percent(stats.droppedShare)} now`,
      help: 'Frames that this browser threw away',
    },
    ...networkFigures(stats),
  ];
}

function networkFigures({ lossShare, jitterBufferMs }: TileStats): Figure[] {
  return [
    ...(lossShare === null
      ? []
      : [{ term: 'Lost packets', value: percent(lossShare), help: 'On the way to this browser' }]),
    ...(jitterBufferMs === null
      ? []
      : [{ term: 'Jitter buffer', value: ms(jitterBufferMs), help: 'Wait before decoding' }]),
  ];
}

function delayFigures(stats: TileStats): Figure[] {
  const approximate = stats.isApproximate ? ' (approximate)' : '';
  return [
    {
      term: 'Glass to picture',
      value: `${ms(stats.latencyMs)} · p95 ${ms(stats.latencyP95Ms)}${approximate}`,
      help: 'From the capture of a frame, by the clock of the server, until it is displayed',
    },
    {
      term: 'Behind live',
      value: `${ms(stats.lagMs)} · wanted ${ms(stats.targetMs)}`,
      help: 'Behind the newest that has come to this browser',
    },
    {
      term: 'Age of boxes',
      value: `p95 ${ms(stats.detectionAgeP95Ms)}`,
      help: 'How long after its frame a detection comes here',
    },
  ];
}

function boxFigures({ kinds, errorP95Ms, fps }: TileStats): Figure[] {
  const frames = errorP95Ms === null ? null : Math.round((errorP95Ms * fps) / 1000);
  return [
    {
      term: 'Box error',
      value: errorP95Ms === null ? UNKNOWN : `p95 ${Math.round(errorP95Ms)} ms · ${frames} frames`,
      help: 'Between the frame displayed and the moment its boxes were last seen; 0 on the very frame and between two',
    },
    {
      term: 'Boxes',
      value: `${percent(kinds.exact)} own · ${percent(kinds.interpolated)} between`,
      help: 'Frames whose boxes are their own, or lie between two that were inferred',
    },
    {
      term: '',
      value: `${percent(kinds.extrapolated)} guessed · ${percent(kinds.none)} none`,
      help: 'Frames whose boxes were moved on by their speed, or that have none',
    },
  ];
}
