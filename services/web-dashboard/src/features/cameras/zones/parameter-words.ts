import type { Rule, RuleParameter } from '@/shared/api/types';

/** What parameters are called, and which of those that differ by their unit alone is in force. */

/** In what lengths are measured: with a calibration metres, without one lengths of bodies. */
export type Measure = 'metres' | 'lengths';

const METRE_UNITS = new Set(['m', 'm/s', 'm/s²', 'veh/km/lane', 'persons/m²']);
const UNIT_WORDS: Readonly<Record<string, string>> = {
  m: 'metres',
  'm/s': 'metres per second',
  'm/s²': 'metres per second squared',
  BL: 'body lengths',
  'BL/s': 'body lengths per second',
  'BL/s²': 'body lengths per second squared',
  heights: 'heights of the person',
};

/** The ends of names that say the unit, the longest first. */
const TAILS = [
  ' m s2',
  ' bl s2',
  ' km h',
  ' heights',
  ' bl s',
  ' m s',
  ' deg',
  ' bl',
  ' px',
  ' m',
  ' s',
];

const WORDS: Readonly<Record<string, string>> = {
  on_s: 'Alarm after',
  off_s: 'Over after',
  cooldown_s: 'Pause after the end',
  signal_cycle_s: 'Signal cycle',
  use_normality: 'Only what is unusual here',
  side_px: 'Shorter side',
  share: 'Part of the picture',
  masks_ignored: 'Leave out what stands in ignored zones',
};

/** `still_m` as a person reads it, without its unit, which stands behind the field. */
export function parameterWords({ name }: Pick<RuleParameter, 'name'>): string {
  const words = name.replaceAll('_', ' ');
  const tail = TAILS.find((end) => words.endsWith(end));
  const plain = tail === undefined ? words : words.slice(0, -tail.length);
  return WORDS[name] ?? plain.charAt(0).toUpperCase() + plain.slice(1);
}

/** The measure that a parameter needs; null where it holds with and without a calibration. */
export function measureOf({ unit }: Pick<RuleParameter, 'unit'>): Measure | null {
  if (unit.startsWith('BL') || unit === 'heights') return 'lengths';
  return METRE_UNITS.has(unit) ? 'metres' : null;
}

export interface NamedParameter {
  readonly parameter: RuleParameter;
  /** Unlike that of every other parameter of the rule. */
  readonly label: string;
  /** Null: it holds with and without a calibration. */
  readonly measure: Measure | null;
}

/** The parameters of a rule with their names: those in force before their twins in other units. */
export function namedParameters(rule: Rule, isCalibrated: boolean): NamedParameter[] {
  const shown = rule.parameters.filter(({ name }) => name !== 'enabled');
  const groups = new Map<string, NamedParameter[]>();
  for (const parameter of shown) {
    const words = parameterWords(parameter);
    const measure = rule.needs_calibration ? null : measureOf(parameter);
    const twin = shown.find((other) => other !== parameter && parameterWords(other) === words);
    const unit = UNIT_WORDS[parameter.unit] ?? parameter.unit;
    const label = twin === undefined ? words : `${words}, in ${unit}`;
    groups.set(words, [...(groups.get(words) ?? []), { parameter, label, measure }]);
  }
  return [...groups.values()].flatMap((group) =>
    group.toSorted(
      (a, b) => Number(isInForce(b, isCalibrated)) - Number(isInForce(a, isCalibrated)),
    ),
  );
}

/** Whether the rule goes by it, the camera being calibrated or not. */
export function isInForce({ measure }: NamedParameter, isCalibrated: boolean): boolean {
  return measure === null || (measure === 'metres') === isCalibrated;
}
