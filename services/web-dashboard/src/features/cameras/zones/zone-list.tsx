import clsx from 'clsx';
import { RotateCw, Trash2 } from 'lucide-react';
import type { Dispatch } from 'react';
import type { ZoneType } from '@/shared/api/types';
import { IconButton } from '@/shared/ui/button';
import { Select, TextInput } from '@/shared/ui/field';
import { ZONE_COLOURS } from './zone-canvas';
import type { DraftZone, ZoneAction } from './zone-state';

const TYPE_WORDS: Readonly<Record<ZoneType, string>> = {
  lane: 'Lane',
  junction: 'Junction',
  crossing: 'Crossing',
  no_stop: 'No stopping',
  parking: 'Parking',
  pavement: 'Pavement',
  ignore: 'Ignore',
  counting_line: 'Counting line',
};

interface ZoneListProps {
  readonly zones: readonly DraftZone[];
  readonly selectedId: string | null;
  readonly dispatch: Dispatch<ZoneAction>;
}

export function ZoneList({ zones, selectedId, dispatch }: ZoneListProps) {
  return (
    <ul aria-label="Zones" className="flex flex-col">
      {zones.map((zone) => (
        <li
          key={zone.id}
          className={clsx('border-hairline border-b', zone.id === selectedId && 'bg-hover')}
        >
          <button
            type="button"
            aria-current={zone.id === selectedId}
            onClick={() => dispatch({ type: 'select', id: zone.id })}
            className="-outline-offset-2 flex h-9 w-full items-center gap-2 px-3 text-left"
          >
            <span
              aria-hidden="true"
              style={{ background: ZONE_COLOURS[zone.type] }}
              className="size-2.5 rounded-sm"
            />
            <span className="flex-1 truncate">{zone.name || 'No name'}</span>
            <span className="text-muted text-xs">{TYPE_WORDS[zone.type]}</span>
          </button>
          {zone.id === selectedId && <ZoneForm zone={zone} dispatch={dispatch} />}
        </li>
      ))}
    </ul>
  );
}

function ZoneForm({ zone, dispatch }: { zone: DraftZone; dispatch: Dispatch<ZoneAction> }) {
  const { id } = zone;
  return (
    <div className="flex flex-col gap-2 px-3 pb-3">
      <TextInput
        aria-label="Name"
        value={zone.name}
        maxLength={80}
        onChange={(event) => dispatch({ type: 'edit', id, change: { name: event.target.value } })}
      />
      <div className="flex items-center gap-1">
        <Select
          aria-label="Type"
          value={zone.type}
          onChange={(event) =>
            dispatch({ type: 'edit', id, change: { type: event.target.value as ZoneType } })
          }
        >
          {Object.entries(TYPE_WORDS).map(([type, word]) => (
            <option key={type} value={type}>
              {word}
            </option>
          ))}
        </Select>
        <IconButton
          label="Turn the direction around"
          disabled={zone.direction === null}
          onClick={() => dispatch({ type: 'turn', id })}
        >
          <RotateCw />
        </IconButton>
        <IconButton label="Delete the zone (Del)" onClick={() => dispatch({ type: 'remove', id })}>
          <Trash2 />
        </IconButton>
      </div>
      {zone.direction !== null && (
        <p className="text-faint text-xs">Drag the head of the arrow the way the traffic goes.</p>
      )}
    </div>
  );
}
