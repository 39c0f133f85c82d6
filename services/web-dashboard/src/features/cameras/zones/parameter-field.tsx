import clsx from 'clsx';
import { RotateCcw } from 'lucide-react';
import { type ReactNode, useId, useState } from 'react';
import type { RuleParameter } from '@/shared/api/types';
import { IconButton } from '@/shared/ui/button';
import { TextInput } from '@/shared/ui/field';
import type { ParameterDraft, ParameterEntry } from './parameter-drafts';
import { boundsWords, numberOf, valueFault } from './rule-values';

interface ParameterFieldProps {
  readonly parameter: RuleParameter;
  readonly label: string;
  /** Beside the label: whether it is in force. */
  readonly note?: ReactNode;
  readonly standard: number | boolean;
  readonly value: number | boolean | null;
  /** What was typed and is no value. */
  readonly draft: ParameterDraft | undefined;
  readonly onEnter: (entry: ParameterEntry) => void;
}

/** A parameter with its unit, its meaning and its bounds; beside it why a text is no value. */
export function ParameterField(props: ParameterFieldProps) {
  const { parameter, label, note, standard, value, draft, onEnter } = props;
  const id = useId();
  const helpId = `${id}-help`;
  const bounds = boundsWords(parameter);
  return (
    <div className="flex flex-col gap-0.5">
      <div className="flex items-center gap-2">
        <label htmlFor={id} className="min-w-0 flex-1 text-xs">
          {label}
          {note}
        </label>
        {typeof standard === 'boolean' ? (
          <input
            id={id}
            type="checkbox"
            aria-describedby={helpId}
            checked={value === null ? standard : value === true}
            onChange={({ target: { checked } }) =>
              onEnter({ value: checked === standard ? null : checked })
            }
            className="size-3.5 accent-accent"
          />
        ) : (
          <NumberField
            id={id}
            helpId={helpId}
            parameter={parameter}
            label={label}
            standard={standard}
            value={typeof value === 'number' ? value : null}
            draft={draft}
            onEnter={onEnter}
          />
        )}
        {parameter.unit !== '' && (
          <span className="w-14 truncate text-muted text-xs" title={parameter.unit}>
            {parameter.unit}
          </span>
        )}
        <IconButton
          label={`${label}: back to ${wordOf(standard)}`}
          disabled={value === null && draft === undefined}
          onClick={() => onEnter({ value: null })}
        >
          <RotateCcw />
        </IconButton>
      </div>
      <div id={helpId} className="text-faint text-xs">
        {draft !== undefined && (
          <p role="alert" className="font-strong text-critical">
            {draft.fault} Not saved.
          </p>
        )}
        {parameter.description !== '' && (
          <p>
            {parameter.description}{' '}
            {draft === undefined && bounds !== '' && (
              <span className="whitespace-nowrap">{bounds}.</span>
            )}
          </p>
        )}
      </div>
    </div>
  );
}

interface NumberFieldProps extends Omit<ParameterFieldProps, 'standard' | 'value' | 'note'> {
  readonly id: string;
  readonly helpId: string;
  readonly standard: number;
  readonly value: number | null;
}

/** Keeps what is typed, also while it is no value: then nothing can be saved. */
function NumberField(props: NumberFieldProps) {
  const { id, helpId, parameter, label, standard, value, draft, onEnter } = props;
  const [typed, setTyped] = useState({ text: textOf(value), value });
  // A value that was changed elsewhere takes the place of what was typed: `0.50` stays, 0.7 comes.
  const text = draft?.text ?? (typed.value === value ? typed.text : textOf(value));
  const enter = (next: string) => {
    const fault = next === '' ? null : valueFault(parameter, next);
    setTyped({ text: next, value: fault === null ? numberOf(next) : value });
    onEnter(fault === null ? { value: numberOf(next) } : { label, text: next, fault });
  };
  return (
    <TextInput
      id={id}
      inputMode="decimal"
      value={text}
      placeholder={String(standard)}
      aria-invalid={draft !== undefined}
      aria-describedby={helpId}
      onChange={(event) => enter(event.target.value)}
      className={clsx('h-7! w-20! text-right', draft !== undefined && 'border-critical!')}
    />
  );
}

function textOf(value: number | null): string {
  return value === null ? '' : String(value);
}

function wordOf(standard: number | boolean): string {
  if (typeof standard === 'number') return String(standard);
  return standard ? 'on' : 'off';
}
