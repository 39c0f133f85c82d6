import { create } from 'zustand';

/** Whether only the wall is shown: no rail, no bar, no column. */
export const useWallMode = create<{ readonly isBare: boolean; toggle(): void; leave(): void }>(
  (set) => ({
    isBare: false,
    toggle: () => set(({ isBare }) => ({ isBare: !isBare })),
    leave: () => set({ isBare: false }),
  }),
);
