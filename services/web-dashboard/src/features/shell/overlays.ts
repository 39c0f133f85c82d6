import { create } from 'zustand';

type Overlay = 'palette' | 'keys';

/** Which sheet lies over the page. */
export const useOverlays = create<{
  readonly shown: Overlay | null;
  open(overlay: Overlay): void;
  close(): void;
}>((set) => ({
  shown: null,
  open: (shown) => set({ shown }),
  close: () => set({ shown: null }),
}));
