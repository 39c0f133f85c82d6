import type { Rule, RuleParameter, ZoneType } from '@/shared/api/types';

/** What differs from the defaults, by rule and parameter: `rules` of a zone and of a zone set. */
export type RuleValues = Readonly<Record<string, Readonly<Record<string, number | boolean>>>>;

/** Rules that look at zones of a type; null: those for the whole picture. */
export function rulesFor(rules: readonly Rule[], type: ZoneType | null): Rule[] {
  return rules.filter((rule) =>
    type === null ? rule.zone_types.length === 0 : rule.zone_types.includes(type),
  );
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

export function isEnabled(values: RuleValues, rule: string): boolean {
  return values[rule]?.['enabled'] !== false;
}

/** Why a text is no value of a parameter; null where it is one. */
export function valueFault(parameter: RuleParameter, text: string): string | null {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) return 'A number, please.';
  const { minimum, maximum } = parameter;
  const isInside = value >= (minimum ?? -Infinity) && value <= (maximum ?? Infinity);
  return isInside ? null : `From ${minimum} to ${maximum}.`;
}

/** `on_s` as a person reads it: `on`, the unit stands behind the field. */
export function parameterWords(parameter: RuleParameter): string {
  const words = parameter.name.replaceAll('_', ' ');
  const tails = [' km h', ' m s', ' bl s', ' s', ' bl', ' m', ' px'];
  const tail = tails.find((end) => words.endsWith(end));
  const plain = tail === undefined ? words : words.slice(0, -tail.length);
  return plain.charAt(0).toUpperCase() + plain.slice(1);
}
