import { create } from 'zustand';
import { persist } from 'zustand/middleware';
import type { LiveOffer } from '../api/live';
import type { ZoneChoice } from '../time/format';

export interface OverlayChoice {
  readonly boxes: boolean;
  readonly labels: boolean;
  readonly tracks: boolean;
  readonly zones: boolean;
}

/**
 * `live`: the least delay, boxes moved on to the frame shown. `exact`: the video waits for its
 * boxes, which lie on nothing but their own frames.
 */
export type OverlayMode = 'live' | 'exact';

/** `auto`: as the server orders its ways. */
export type PlayerChoice = LiveOffer['kind'] | 'auto';

interface Preferences {
  readonly timeZone: ZoneChoice;
  readonly overlay: OverlayChoice;
  /** Of all tiles that have none of their own. */
  readonly mode: OverlayMode;
  readonly tileModes: Readonly<Record<string, OverlayMode>>;
  readonly tilePlayers: Readonly<Record<string, PlayerChoice>>;
  setTimeZone(zone: ZoneChoice): void;
  toggleOverlay(layer: keyof OverlayChoice): void;
  setMode(mode: OverlayMode): void;
  /** Null: as the others. */
  setTileMode(cameraKey: string, mode: OverlayMode | null): void;
  setTilePlayer(cameraKey: string, player: PlayerChoice): void;
}

/** What this person likes on this computer. */
export const usePreferences = create<Preferences>()(
  persist(
    (set) => ({
      timeZone: 'local',
      overlay: { boxes: true, labels: true, tracks: false, zones: false },
      mode: 'exact',
      tileModes: {},
      tilePlayers: {},
      setTimeZone: (timeZone) => set({ timeZone }),
      toggleOverlay: (layer) =>
        set(({ overlay }) => ({ overlay: { ...overlay, [layer]: !overlay[layer] } })),
      setMode: (mode) => set({ mode }),
      setTileMode: (cameraKey, mode) =>
        set(({ tileModes }) => ({ tileModes: withEntry(tileModes, cameraKey, mode) })),
      setTilePlayer: (cameraKey, player) =>
        set(({ tilePlayers }) => ({
          tilePlayers: withEntry(tilePlayers, cameraKey, player === 'auto' ? null : player),
        })),
    }),
    { name: 'sentinel.preferences', version: 1 },
  ),
);

/** Null takes the entry out: only what differs is remembered. */
function withEntry<Value>(
  entries: Readonly<Record<string, Value>>,
  key: string,
  value: Value | null,
): Record<string, Value> {
  const others = Object.fromEntries(Object.entries(entries).filter(([name]) => name !== key));
  return value === null ? others : { ...others, [key]: value };
}
