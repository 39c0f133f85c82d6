import type { OverlayMode, PlayerChoice } from '@/shared/state/preferences';

/** What the address of the page asks of all tiles, for tests and benchmarks. */
interface PageOptions {
  /** `?probe=1`, or `data-sentinel-probe` on the document's element. */
  readonly isProbing: boolean;
  /** `?player=whep`: instead of what is remembered. */
  readonly player: PlayerChoice | null;
  /** `?mode=exact`: instead of what is remembered. */
  readonly mode: OverlayMode | null;
}

const PLAYERS: readonly string[] = ['auto', 'whep', 'll_hls', 'mse'];
const MODES: readonly string[] = ['live', 'exact'];

let options: PageOptions | null = null;

/** Read once: later navigation inside the page drops the query. */
export function pageOptions(): PageOptions {
  options ??= readOptions(
    new URLSearchParams(window.location.search),
    document.documentElement.hasAttribute('data-sentinel-probe'),
  );
  return options;
}

export function readOptions(query: URLSearchParams, hasMark: boolean): PageOptions {
  const [player, mode] = [query.get('player'), query.get('mode')];
  return {
    isProbing: query.get('probe') === '1' || hasMark,
    player: player !== null && PLAYERS.includes(player) ? (player as PlayerChoice) : null,
    mode: mode !== null && MODES.includes(mode) ? (mode as OverlayMode) : null,
  };
}
