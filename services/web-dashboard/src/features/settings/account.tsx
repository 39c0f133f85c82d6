import { signOut, useSession } from '@/shared/api/session';
import { usePreferences } from '@/shared/state/preferences';
import { zoneLabel } from '@/shared/time/format';
import { siteClock } from '@/shared/time/site-clock';
import { Button } from '@/shared/ui/button';
import { Segmented } from '@/shared/ui/segmented';

export function Account() {
  const { status, user } = useSession();
  const { timeZone, setTimeZone } = usePreferences();
  return (
    <>
      <div className="flex items-center justify-between gap-4">
        <p>
          <span className="font-strong">{user?.name ?? '–'}</span>
          <span className="text-muted"> · {user?.role}</span>
        </p>
        {status === 'signed-in' ? (
          <Button onClick={() => void signOut()}>Sign out</Button>
        ) : (
          <span className="text-muted text-sm">This server asks nobody to sign in</span>
        )}
      </div>
      <div className="flex items-center justify-between gap-4">
        <p className="text-muted">Times are shown in</p>
        <Segmented
          label="Time zone"
          value={timeZone}
          onChange={setTimeZone}
          options={[
            { value: 'local', label: `Local (${zoneLabel(siteClock.now(), 'local')})` },
            { value: 'utc', label: 'UTC' },
          ]}
        />
      </div>
    </>
  );
}
