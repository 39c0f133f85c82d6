import { create } from 'zustand';

/** What a screen reader is told without being taken anywhere. */
export const useAnnouncer = create<{ message: string; announce(message: string): void }>((set) => ({
  message: '',
  announce: (message) => set({ message }),
}));

export function Announcer() {
  const message = useAnnouncer((state) => state.message);
  return (
    <p aria-live="polite" className="sr-only">
      {message}
    </p>
  );
}
