import type { Rule, RuleParameter, ZoneType } from '@/shared/api/types';

/** What differs from the defaults, by rule and parameter: `rules` of a zone and of a zone set. */
export type RuleValues = Readonly<Record<string, Readonly<Record<string, number | boolean>>>>;

/** Rules that look at zones of a type; null: those for the whole picture. */
export function rulesFor(rules: readonly Rule[], type: ZoneType | null): Rule[] {
  return rules.filter((rule) =>
    type === null ? rule.zone_types.length === 0 : rule.zone_types.includes(type),
  );
}

/** The values without those of rules that do not look at zones of a type. */
export function valuesFor(values: RuleValues, rules: readonly Rule[], type: ZoneType): RuleValues {
  const names = new Set<string>(rulesFor(rules, type).map(({ name }) => name));
  return Object.fromEntries(Object.entries(values).filter(([name]) => names.has(name)));
}

/** The default of a parameter in a zone of a type. */
export function defaultOf(parameter: RuleParameter, type: ZoneType | null): number | boolean {
  return (type === null ? undefined : parameter.type_defaults[type]) ?? parameter.default;
}

/** The values with one changed; null takes the change back. */
export function withValue(
  values: RuleValues,
  rule: string,
  name: string,
  value: number | boolean | null,
): RuleValues {
  const { [name]: _, ...others } = values[rule] ?? {};
  const changed = value === null ? others : { ...others, [name]: value };
  const { [rule]: __, ...rest } = values;
  return Object.keys(changed).length === 0 ? rest : { ...rest, [rule]: changed };
}

/** Whether a rule looks; some do so only where they are switched on. */
export function isEnabled(values: RuleValues, rule: Rule): boolean {
  return (values[rule.name]?.['enabled'] ?? isOnByItself(rule)) === true;
}

/** The change that switches a rule on or off; null where it is so by itself. */
export function switchTo(rule: Rule, isOn: boolean): boolean | null {
  return isOn === isOnByItself(rule) ? null : isOn;
}

function isOnByItself(rule: Rule): boolean {
  return rule.parameters.find(({ name }) => name === 'enabled')?.default !== false;
}

/** The number that a text is, with a point or a comma; null where it is none. */
export function numberOf(text: string): number | null {
  const value = Number(text.replace(',', '.'));
  return text.trim() === '' || !Number.isFinite(value) ? null : value;
}

/** `4 to 600 s`: what a parameter may be; empty where it is no number. */
export function boundsWords({ minimum, maximum, unit }: RuleParameter): string {
  if (minimum === null || maximum === null) return '';
  return `${minimum} to ${maximum} ${unit}`.trim();
}

/** Why a text is no value of a parameter; null where it is one. */
export function valueFault(parameter: RuleParameter, text: string): string | null {
  const value = numberOf(text);
  const { minimum, maximum } = parameter;
  const isInside =
    value !== null && value >= (minimum ?? -Infinity) && value <= (maximum ?? Infinity);
  if (isInside) return null;
  const allowed = boundsWords(parameter);
  return value === null ? `A number, please: ${allowed}.` : `Only from ${allowed}.`;
}
