import { useMay } from '@/shared/api/roles';
import type { Incident } from '@/shared/api/types';
import { Button } from '@/shared/ui/button';
import { ACTIONS } from '@/shared/words';
import { useHandling, useNotices } from './use-handling';

interface ActionButtonsProps {
  readonly incident: Incident;
  /** Of each button. */
  readonly className?: string;
}

/** What can be done with the incident now, each with its key. The likeliest comes first. */
export function ActionButtons({ incident, className }: ActionButtonsProps) {
  const act = useHandling(incident);
  const isAllowed = useMay('operator');
  return (
    <div className="flex flex-wrap gap-1.5">
      {incident.allowed_actions.map((action, index) => (
        <Button
          key={action}
          size="small"
          className={className}
          variant={index === 0 && action === 'ack' ? 'primary' : 'default'}
          hotkey={ACTIONS[action].hotkey}
          disabled={!isAllowed}
          title={isAllowed ? undefined : 'Your role may look, not act'}
          onClick={() => act(action)}
        >
          {ACTIONS[action].label}
        </Button>
      ))}
    </div>
  );
}

/** Why the last step was taken back. Its line is always there, so that nothing moves. */
export function Notice({ id }: { readonly id: string }) {
  const notice = useNotices((state) => state.notices[id]);
  return (
    <p className="min-h-4 truncate text-warn text-xs" title={notice}>
      {notice}
    </p>
  );
}
