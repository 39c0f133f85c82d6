import { useQuery } from '@tanstack/react-query';
import clsx from 'clsx';
import { RotateCw, Trash2 } from 'lucide-react';
import type { Dispatch } from 'react';
import { rulesQuery } from '@/shared/api/rules';
import type { ZoneType } from '@/shared/api/types';
import { IconButton } from '@/shared/ui/button';
import { Select, TextInput } from '@/shared/ui/field';
import type { ParameterDraft } from './parameter-drafts';
import { RuleForms } from './rule-forms';
import { valuesFor } from './rule-values';
import type { DraftZone, ZoneAction } from './zone-state';
import { isLine, TYPE_WORDS, typesFor, ZONE_COLOURS } from './zone-types';

interface ZoneListProps {
  readonly zones: readonly DraftZone[];
  readonly selectedId: string | null;
  readonly drafts: readonly ParameterDraft[];
  readonly cameraKey: string;
  readonly isCalibrated: boolean;
  readonly dispatch: Dispatch<ZoneAction>;
}

export function ZoneList(props: ZoneListProps) {
  const { zones, selectedId, drafts, cameraKey, isCalibrated, dispatch } = props;
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
          {zone.id === selectedId && (
            <ZoneForm
              zone={zone}
              drafts={drafts}
              cameraKey={cameraKey}
              isCalibrated={isCalibrated}
              dispatch={dispatch}
            />
          )}
        </li>
      ))}
    </ul>
  );
}

interface ZoneFormProps {
  readonly zone: DraftZone;
  readonly drafts: readonly ParameterDraft[];
  readonly cameraKey: string;
  readonly isCalibrated: boolean;
  readonly dispatch: Dispatch<ZoneAction>;
}

function ZoneForm({ zone, drafts, cameraKey, isCalibrated, dispatch }: ZoneFormProps) {
  const { id } = zone;
  const catalogue = useQuery(rulesQuery).data;
  const line = isLine(zone.type);
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
          onChange={(event) => {
            const type = event.target.value as ZoneType;
            const rules = catalogue ? valuesFor(zone.rules, catalogue, type) : zone.rules;
            dispatch({ type: 'edit', id, change: { type, rules } });
          }}
        >
          {typesFor(line).map((type) => (
            <option key={type} value={type}>
              {TYPE_WORDS[type]}
            </option>
          ))}
        </Select>
        <IconButton
          label="Turn the direction around"
          disabled={zone.direction === null && !line}
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
      {line && <p className="text-faint text-xs">The arrow shows which way counts as forward.</p>}
      <TextInput
        aria-label="Place"
        placeholder="Place, where other cameras see it too"
        title="Zones of several cameras with the same place show the same piece of the world: an incident that two of them see is told once."
        value={zone.place}
        maxLength={63}
        onChange={(event) => dispatch({ type: 'edit', id, change: { place: event.target.value } })}
      />
      <RuleForms
        cameraKey={cameraKey}
        zone={zone}
        values={zone.rules}
        drafts={drafts}
        isCalibrated={isCalibrated}
        dispatch={dispatch}
      />
    </div>
  );
}
