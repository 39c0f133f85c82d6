import { create } from 'zustand';
import { persist } from 'zustand/middleware';
import type { ZoneChoice } from '../time/format';

export interface OverlayChoice {
  readonly boxes: boolean;
  readonly labels: boolean;
  readonly tracks: boolean;
  readonly zones: boolean;
}

interface Preferences {
  readonly timeZone: ZoneChoice;
  readonly overlay: OverlayChoice;
  setTimeZone(zone: ZoneChoice): void;
  toggleOverlay(layer: keyof OverlayChoice): void;
}

/** What this person likes on this computer. */
export const usePreferences = create<Preferences>()(
  persist(
    (set) => ({
      timeZone: 'local',
      overlay: { boxes: true, labels: true, tracks: false, zones: false },
      setTimeZone: (timeZone) => set({ timeZone }),
      toggleOverlay: (layer) =>
        set(({ overlay }) => ({ overlay: { ...overlay, [layer]: !overlay[layer] } })),
    }),
    { name: 'sentinel.preferences', version: 1 },
  ),
);
