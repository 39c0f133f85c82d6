import { ruleWords } from './parameter-drafts';
import { parameterWords } from './parameter-words';
import type { DraftZone } from './zone-state';

/** `zones.2.rules.congestion.on_s` of a refusal, as the editor shows it: `Lane 3, Congestion, …`. */
export function fieldWords(field: string, zones: readonly Pick<DraftZone, 'name'>[]): string {
  const steps = field.split('.');
  const zone = steps[0] === 'zones' ? zones[Number(steps[1])] : undefined;
  const at = steps.indexOf('rules');
  if (at < 0) return zone?.name ?? field;
  const [rule, name] = steps.slice(at + 1);
  return [
    zone?.name ?? 'Picture',
    rule === undefined ? null : ruleWords(rule),
    name === undefined ? null : parameterWords({ name }),
  ]
    .filter((word) => word !== null)
    .join(', ');
}
