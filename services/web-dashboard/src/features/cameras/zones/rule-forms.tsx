import { useQuery } from '@tanstack/react-query';
import clsx from 'clsx';
import { ChevronRight } from 'lucide-react';
import { type Dispatch, useId, useState } from 'react';
import { rulesQuery } from '@/shared/api/rules';
import type { Rule, ZoneType } from '@/shared/api/types';
import { ErrorState, SkeletonRows } from '@/shared/ui/panel-state';
import { incidentTypeWord } from '@/shared/words';
import { BacktestPanel } from './backtest-panel';
import { draftAt, type ParameterDraft } from './parameter-drafts';
import { ParameterField } from './parameter-field';
import { isInForce, type NamedParameter, namedParameters } from './parameter-words';
import { defaultOf, isEnabled, type RuleValues, rulesFor, switchTo } from './rule-values';
import type { ZoneAction } from './zone-state';

interface RuleFormsProps {
  readonly cameraKey: string;
  /** Null: the rules for the whole picture. */
  readonly zone: { readonly id: string; readonly name: string; readonly type: ZoneType } | null;
  readonly values: RuleValues;
  readonly drafts: readonly ParameterDraft[];
  readonly isCalibrated: boolean;
  readonly dispatch: Dispatch<ZoneAction>;
}

/** The rules that look at a zone, each with its parameters; made from the server's catalogue. */
export function RuleForms(props: RuleFormsProps) {
  const query = useQuery(rulesQuery);
  if (query.isPending) return <SkeletonRows rows={3} height={32} />;
  if (query.data === undefined) {
    return <ErrorState what="The rules" error={query.error} onRetry={() => void query.refetch()} />;
  }
  const rules = rulesFor(query.data, props.zone?.type ?? null);
  if (rules.length === 0) return null;
  return (
    <ul aria-label="Rules" className="flex flex-col border-hairline border-t">
      {rules.map((rule) => (
        <RuleForm key={rule.name} rule={rule} {...props} />
      ))}
    </ul>
  );
}

interface RuleFormProps extends RuleFormsProps {
  readonly rule: Rule;
}

function RuleForm(props: RuleFormProps) {
  const { rule, zone, values, drafts, isCalibrated, dispatch } = props;
  const zoneId = zone?.id ?? null;
  const faults = drafts.filter((draft) => draft.zoneId === zoneId && draft.rule === rule.name);
  const [isOpen, setOpen] = useState(faults.length > 0);
  const panelId = useId();
  const enabled = isEnabled(values, rule);
  const words = incidentTypeWord(rule.name);
  return (
    <li className="border-hairline border-b">
      <div className="flex h-8 items-center gap-2">
        <input
          type="checkbox"
          aria-label={`${words} is on here`}
          checked={enabled}
          onChange={({ target: { checked } }) =>
            dispatch({
              type: 'parameter',
              zoneId,
              rule: rule.name,
              name: 'enabled',
              entry: { value: switchTo(rule, checked) },
            })
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
            !enabled && 'text-muted',
          )}
        >
          <span className="flex-1 truncate">{words}</span>
          <RuleState
            faults={faults.length}
            changes={
              Object.keys(values[rule.name] ?? {}).filter((name) => name !== 'enabled').length
            }
            isSilent={enabled && rule.needs_calibration && !isCalibrated}
            isOff={!enabled}
          />
          <ChevronRight
            aria-hidden="true"
            className={clsx('size-3.5 text-muted transition-transform', isOpen && 'rotate-90')}
          />
        </button>
      </div>
      {isOpen && (
        <div id={panelId} className="flex flex-col gap-2.5 pb-3">
          <RulePanel {...props} hasFaults={faults.length > 0} />
        </div>
      )}
    </li>
  );
}

interface RuleStateProps {
  readonly faults: number;
  readonly changes: number;
  readonly isSilent: boolean;
  readonly isOff: boolean;
}

function RuleState({ faults, changes, isSilent, isOff }: RuleStateProps) {
  return (
    <span className="flex gap-1.5 text-xs">
      {isOff && <span className="text-faint">off</span>}
      {isSilent && <span className="text-warn">needs calibration</span>}
      {faults > 0 && <span className="text-critical">{faults} out of bounds</span>}
      {faults === 0 && changes > 0 && <span className="text-accent">{changes} changed</span>}
    </span>
  );
}

function RulePanel(props: RuleFormProps & { readonly hasFaults: boolean }) {
  const { cameraKey, rule, zone, values, drafts, isCalibrated, hasFaults, dispatch } = props;
  const zoneId = zone?.id ?? null;
  const parameters = namedParameters(rule, isCalibrated);
  return (
    <>
      <p className="text-muted text-xs">{rule.summary}</p>
      {rule.needs_pixels && (
        <p className="text-faint text-xs">
          It looks at pixels, and boxes alone are kept: it cannot be tried on the past.
        </p>
      )}
      {zone !== null && !rule.needs_pixels && (
        <BacktestPanel
          cameraKey={cameraKey}
          zone={zone}
          rule={rule}
          values={values}
          isCalibrated={isCalibrated}
          hasFaults={hasFaults}
        />
      )}
      {parameters.some(({ measure }) => measure !== null) && (
        <p className="text-muted text-xs">
          {isCalibrated
            ? 'This camera has a calibration: what is in metres is in force.'
            : 'This camera has no calibration: what is in body lengths is in force.'}
        </p>
      )}
      {parameters.map((named) => {
        const { parameter, label } = named;
        const place = { zoneId, rule: rule.name, name: parameter.name };
        return (
          <ParameterField
            key={parameter.name}
            parameter={parameter}
            label={label}
            note={<Force named={named} isCalibrated={isCalibrated} />}
            standard={defaultOf(parameter, zone?.type ?? null)}
            value={values[rule.name]?.[parameter.name] ?? null}
            draft={draftAt(drafts, place)}
            onEnter={(entry) => dispatch({ type: 'parameter', ...place, entry })}
          />
        );
      })}
    </>
  );
}

interface ForceProps {
  readonly named: NamedParameter;
  readonly isCalibrated: boolean;
}

/** Whether a parameter that goes by metres or by body lengths is the one that counts now. */
function Force({ named, isCalibrated }: ForceProps) {
  if (named.measure === null) return null;
  if (isInForce(named, isCalibrated)) return <span className="block text-accent">in force</span>;
  return (
    <span className="block text-faint">
      {isCalibrated ? 'only without a calibration' : 'only with a calibration'}
    </span>
  );
}
