import type { Incident } from '@/shared/api/types';
import { Age } from '@/shared/ui/moment';
import { PriorityMark } from '@/shared/ui/status';
import { incidentTypeWord } from '@/shared/words';

/** What is going on in this picture: the chip at the foot of the tile. */
export function TileIncident({ incidents }: { readonly incidents: readonly Incident[] }) {
  const worst = incidents[0];
  if (worst === undefined) return null;
  return (
    <span className="flex max-w-full items-center gap-1.5 rounded-sm bg-[#1a0f05]/85 px-1.5 py-0.5 text-alert text-xs">
      <PriorityMark priority={worst.priority} />
      <span className="truncate font-strong">{incidentTypeWord(worst.type)}</span>
      <Age at={worst.started_at} />
      {incidents.length > 1 && <span className="text-muted">+{incidents.length - 1}</span>}
    </span>
  );
}
