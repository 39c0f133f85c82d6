import { useQuery } from '@tanstack/react-query';
import clsx from 'clsx';
import { ChevronRight, RotateCcw } from 'lucide-react';
import { useId, useState } from 'react';
import { rulesQuery } from '@/shared/api/rules';
import type { Rule, RuleParameter, ZoneType } from '@/shared/api/types';
import { IconButton } from '@/shared/ui/button';
import { TextInput } from '@/shared/ui/field';
import { incidentTypeWord } from '@/shared/words';
import { BacktestPanel } from './backtest-panel';
import {
  defaultOf,
  isEnabled,
  parameterWords,
  type RuleValues,
  rulesFor,
  valueFault,
  withValue,
} from './rule-values';

interface RuleFormsProps {
  readonly cameraKey: string;
  /** Null: the whole picture. */
  readonly zoneName: string | null;
  /** Null: the rules for the whole picture. */
  readonly type: ZoneType | null;
  readonly values: RuleValues;
  readonly isCalibrated: boolean;
  readonly onChange: (values: RuleValues) => void;
}

/** The rules that look at a zone, each with its parameters; made from the server's catalogue. */
export function RuleForms(props: RuleFormsProps) {
  const { type } = props;
  const query = useQuery(rulesQuery);
  const rules = rulesFor(query.data ?? [], type);
  if (rules.length === 0) return null;
  return (
    <ul aria-label="Rules" className="flex flex-col border-hairline border-t">
      {rules.map((rule) => (
        <RuleForm key={rule.name} rule={rule} {...props} />
      ))}
    </ul>
  );
}

function RuleForm(props: RuleFormsProps & { readonly rule: Rule }) {
  const { rule, type, zoneName, values, isCalibrated, onChange } = props;
  const [isOpen, setOpen] = useState(false);
  const panelId = useId();
  const enabled = isEnabled(values, rule.name);
  const isSilent = rule.needs_calibration && !isCalibrated;
  const changes = Object.keys(values[rule.name] ?? {}).filter((name) => name !== 'enabled').length;
  const words = incidentTypeWord(rule.name);
  return (
    <li className="border-hairline border-b">
      <div className="flex h-8 items-center gap-2">
        <input
          type="checkbox"
          aria-label={`${words} is on here`}
          checked={enabled}
          onChange={(event) =>
            onChange(
              withValue(values, rule.name, 'enabled', event.target.checked === true ? null : false),
            )
          }
          className="size-3.5 accent-accent"
        />
        <button
          type="button"
          aria-expanded={isOpen}
          aria-controls={panelId}
          onClick={() => setOpen(!isOpen)}
          className={clsx(
            'flex h-full flex-1 items-center gap-1.5 text-left text-sm',
            !enabled && 'text-faint',
          )}
        >
          <span className="flex-1 truncate">{words}</span>
          {enabled && isSilent && <span className="text-warn text-xs">needs calibration</span>}
          {changes > 0 && <span className="text-accent text-xs">{changes} changed</span>}
          <ChevronRight
            aria-hidden="true"
            className={clsx('size-3.5 text-muted transition-transform', isOpen && 'rotate-90')}
          />
        </button>
      </div>
      {isOpen && (
        <div id={panelId} className="flex flex-col gap-2 pb-3">
          <p className="text-muted text-xs">{rule.summary}</p>
          {zoneName !== null && type !== null && (
            <BacktestPanel
              cameraKey={props.cameraKey}
              zoneName={zoneName}
              type={type}
              rule={rule}
              values={values}
            />
          )}
          {rule.parameters
            .filter((parameter) => parameter.name !== 'enabled')
            .map((parameter) => (
              <ParameterField
                key={parameter.name}
                parameter={parameter}
                standard={defaultOf(parameter, type)}
                value={values[rule.name]?.[parameter.name] ?? null}
                onChange={(value) => onChange(withValue(values, rule.name, parameter.name, value))}
              />
            ))}
        </div>
      )}
    </li>
  );
}

interface ParameterFieldProps {
  readonly parameter: RuleParameter;
  readonly standard: number | boolean;
  readonly value: number | boolean | null;
  readonly onChange: (value: number | boolean | null) => void;
}

function ParameterField({ parameter, standard, value, onChange }: ParameterFieldProps) {
  const id = useId();
  const label = parameterWords(parameter);
  return (
    <div className="flex flex-col gap-0.5" title={parameter.description}>
      <div className="flex items-center gap-2">
        <label htmlFor={id} className="min-w-0 flex-1 truncate text-xs">
          {label}
        </label>
        {typeof standard === 'boolean' ? (
          <input
            id={id}
            type="checkbox"
            checked={value === null ? standard : value === true}
            onChange={(event) =>
              onChange(event.target.checked === standard ? null : event.target.checked)
            }
            className="size-3.5 accent-accent"
          />
        ) : (
          <NumberField
            id={id}
            parameter={parameter}
            standard={standard}
            value={typeof value === 'number' ? value : null}
            onChange={onChange}
          />
        )}
        <span className="w-14 truncate text-faint text-xs">{parameter.unit}</span>
        <IconButton
          label={`${label}: back to ${standard}`}
          disabled={value === null}
          onClick={() => onChange(null)}
        >
          <RotateCcw />
        </IconButton>
      </div>
      <p className="text-faint text-xs">{parameter.description}</p>
    </div>
  );
}

interface NumberFieldProps {
  readonly id: string;
  readonly parameter: RuleParameter;
  readonly standard: number;
  readonly value: number | null;
  readonly onChange: (value: number | null) => void;
}

/** Keeps what is typed; hands over only what is a value. */
function NumberField({ id, parameter, standard, value, onChange }: NumberFieldProps) {
  const [draft, setDraft] = useState({ text: textOf(value), value });
  // A value that was changed elsewhere takes the place of what was typed.
  const text = draft.value === value ? draft.text : textOf(value);
  const fault = text === '' ? null : valueFault(parameter, text);
  const faultId = `${id}-fault`;
  const type = (typed: string) => {
    let next = value;
    if (typed === '') next = null;
    else if (valueFault(parameter, typed) === null) next = Number(typed);
    setDraft({ text: typed, value: next });
    if (next !== value) onChange(next);
  };
  return (
    <span className="relative flex-none">
      <TextInput
        id={id}
        inputMode="decimal"
        value={text}
        placeholder={String(standard)}
        aria-invalid={fault !== null}
        aria-describedby={fault === null ? undefined : faultId}
        title={fault ?? `From ${parameter.minimum} to ${parameter.maximum}`}
        onChange={(event) => type(event.target.value)}
        className={clsx('h-7! w-20! text-right', fault !== null && 'border-critical!')}
      />
      {fault !== null && (
        <span
          id={faultId}
          role="alert"
          className="absolute top-full right-0 z-10 mt-0.5 whitespace-nowrap rounded-md border border-critical bg-page px-1.5 py-0.5 text-critical text-xs"
        >
          {fault}
        </span>
      )}
    </span>
  );
}

function textOf(value: number | null): string {
  return value === null ? '' : String(value);
}
