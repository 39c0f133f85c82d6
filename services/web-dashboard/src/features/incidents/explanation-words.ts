import type { Incident } from '@/shared/api/types';
import { conditionWord } from '@/shared/words';
import { quantityWords } from './quantity-words';
import { EXPLANATIONS, HEADLINES, type Sentence, type Side } from './rule-sentences';

/** What a rule measured, in words. Pure. */

type Explained = Incident['explain'][number];

export interface Explanation {
  readonly condition: string;
  /** The sentence, with the measured value apart: it is what one looks for. */
  readonly before: string;
  readonly measured: string;
  readonly after: string;
  /** `at least 10 s`: what the rule asks for. */
  readonly limit: string;
  /** Whether this is as the rule asks; conditions of which one is enough need not all be. */
  readonly isMet: boolean;
  readonly since: string;
}

type PlainSide = Exclude<Side, 'outside'>;

const SIDE_WORDS: Readonly<Record<PlainSide, string>> = {
  above: 'at least ',
  below: 'less than ',
  either: '',
};

const MIDDLE_LEVEL = 128;

/** What happened, in a sentence; null for a type that is new here. */
export function headlineOf(type: Incident['type']): string | null {
  return HEADLINES[type] ?? null;
}

/** One condition of an incident's type as a sentence with its value, threshold and units. */
export function explanationOf(type: Incident['type'], entry: Explained): Explanation {
  const { condition, measured, threshold, unit, since } = entry;
  const known = EXPLANATIONS[`${type}/${condition}`] ?? unknownOf(condition);
  const words = (value: number) => quantityWords(value, unit, known.as);
  const side = sideOf(known.side, threshold);
  // The smaller the cosine the wider the angle.
  const said = known.as === 'angle' ? 'above' : side;
  const [before = '', after = ''] = known.say.replace('{t}', words(threshold)).split('{m}');
  return {
    condition: known.name ?? conditionWord(condition),
    before,
    measured: words(measured),
    after,
    limit: `${SIDE_WORDS[said]}${words(threshold)}`,
    isMet: isMet(side, measured, threshold),
    since,
  };
}

function sideOf(side: Side, threshold: number): PlainSide {
  if (side !== 'outside') return side;
  return threshold < MIDDLE_LEVEL ? 'below' : 'above';
}

function isMet(side: PlainSide, measured: number, threshold: number): boolean {
  if (side === 'either') return true;
  return side === 'above' ? measured >= threshold : measured < threshold;
}

/** A rule that is newer than this page: its own words, and no guess at what they mean. */
function unknownOf(condition: string): Sentence {
  return { say: `${conditionWord(condition)}: {m}; the limit is {t}.`, side: 'either' };
}
