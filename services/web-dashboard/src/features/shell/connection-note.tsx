import { useConnection } from '@/realtime';
import { useNow } from '@/shared/time/use-now';
import { ShapeMark } from '@/shared/ui/status';

/** The first loss is mended before anybody can read about it. */
const TOLD_FROM_FAILURES = 2;

/**
 * In the bar, where there is always room for it: that what is on the screen is not of now, and
 * what is done about it. The tiles say the same, each for itself.
 */
export function ConnectionNote() {
  const note = useNote();
  return (
    <span role="status" className="flex min-w-0 flex-1 justify-center">
      {note !== null && (
        <span
          title={note.detail}
          className="flex h-6 min-w-0 items-center gap-2 rounded-md bg-warn px-2.5 font-strong text-page text-xs"
        >
          <ShapeMark shape="triangle" />
          <span className="truncate">{note.text}</span>
        </span>
      )}
    </span>
  );
}

interface Note {
  readonly text: string;
  readonly detail: string;
}

function useNote(): Note | null {
  const connection = useConnection();
  // Counts down the seconds.
  useNow();
  switch (connection.phase) {
    case 'waiting': {
      if (connection.failures < TOLD_FROM_FAILURES) return null;
      const seconds = Math.max(0, Math.ceil((connection.retryAtMs - Date.now()) / 1000));
      return {
        text: `Not live · next try in ${seconds} s`,
        detail: 'No connection to the server. What you see may be old.',
      };
    }
    case 'catching-up':
      return {
        text: `Catching up ${connection.missed}`,
        detail: 'Connected again; fetching the messages that were missed.',
      };
    case 'unauthorised':
      return { text: 'Not signed in', detail: 'The server does not accept this session any more.' };
    default:
      return null;
  }
}
