import { useConnection } from '@/realtime';
import { formatDuration } from '@/shared/time/format';
import { useNow } from '@/shared/time/use-now';
import { ShapeMark } from '@/shared/ui/status';

/** Says that what is on the screen is not of now, and what is done about it. */
export function ConnectionBanner() {
  const connection = useConnection();
  const now = useNow();
  if (connection.phase === 'waiting') {
    // The first loss is mended before anybody can read about it.
    if (connection.failures < 2) return null;
    const seconds = Math.max(0, connection.retryAtMs - Date.now()) / 1000;
    return (
      <Banner key={now}>
        No connection to the server. What you see may be old. Next try in{' '}
        {formatDuration(Math.ceil(seconds))}.
      </Banner>
    );
  }
  if (connection.phase === 'catching-up') {
    return (
      <Banner>Connected again, fetching what was missed ({connection.missed} messages).</Banner>
    );
  }
  if (connection.phase === 'unauthorised') {
    return <Banner>The server does not accept this session any more.</Banner>;
  }
  return null;
}

function Banner({ children }: { readonly children: React.ReactNode }) {
  return (
    <p
      role="status"
      className="absolute top-9 right-0 left-0 z-20 flex h-7 items-center justify-center gap-2 bg-warn text-page text-sm"
    >
      <ShapeMark shape="triangle" />
      <span>{children}</span>
    </p>
  );
}
