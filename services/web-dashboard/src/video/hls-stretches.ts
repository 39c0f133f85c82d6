import type { DatedStretch } from './date-clock';

/** Of a playlist what says when its pieces were captured. */
interface DatedPiece {
  readonly start: number;
  readonly programDateTime: number | null;
}

interface DatedPlaylist {
  readonly fragments: readonly DatedPiece[];
  /** The segment that is being written, known by its parts only. */
  readonly fragmentHint?: DatedPiece | undefined;
}

/** The pieces of a playlist whose capture time it tells, oldest first. */
export function stretchesOf({ fragments, fragmentHint }: DatedPlaylist): DatedStretch[] {
  const pieces = fragmentHint ? [...fragments, fragmentHint] : fragments;
  return pieces.flatMap(({ start, programDateTime }) =>
    programDateTime === null ? [] : [{ startS: start, utcMs: programDateTime }],
  );
}
