import { incidentTypeWord } from '@/shared/words';

/** A text that was typed and is no value. Nothing is saved while there is one. */
export interface ParameterDraft {
  /** Null: the whole picture. */
  readonly zoneId: string | null;
  readonly rule: string;
  readonly name: string;
  readonly label: string;
  readonly text: string;
  readonly fault: string;
}

type Place = Pick<ParameterDraft, 'zoneId' | 'rule' | 'name'>;

/** What was entered in a field: a value, null for the default, or a text that is none. */
export type ParameterEntry =
  | { readonly value: number | boolean | null }
  | Pick<ParameterDraft, 'label' | 'text' | 'fault'>;

export function draftAt(
  drafts: readonly ParameterDraft[],
  place: Place,
): ParameterDraft | undefined {
  return drafts.find((draft) => isAt(draft, place));
}

/** The drafts after an entry: a value takes the place of what was none. */
export function withEntry(
  drafts: readonly ParameterDraft[],
  { zoneId, rule, name }: Place,
  entry: ParameterEntry,
): readonly ParameterDraft[] {
  const others = drafts.filter((draft) => !isAt(draft, { zoneId, rule, name }));
  if (others.length === drafts.length && 'value' in entry) return drafts;
  return 'value' in entry ? others : [...others, { zoneId, rule, name, ...entry }];
}

/** Why a draft keeps all from being saved, with the place where it is. */
export function draftWords(draft: ParameterDraft, zoneName: string | null): string {
  const where = zoneName ?? 'Picture';
  return `${where}, ${ruleWords(draft.rule)}, ${draft.label}: ${draft.text} is no value. ${draft.fault}`;
}

/** What a group of `rules` is called: a rule, or the boxes that count. */
export function ruleWords(rule: string): string {
  return rule === 'boxes' ? 'Boxes that count' : incidentTypeWord(rule);
}

function isAt(draft: ParameterDraft, place: Place): boolean {
  return draft.zoneId === place.zoneId && draft.rule === place.rule && draft.name === place.name;
}
