import type { RuleParameter } from '@/shared/api/types';

/**
 * `rules.boxes` of a zone set: which boxes count at all. The catalogue of rules does not hold them,
 * for they are none; the server checks them all the same.
 */
export const BOXES = 'boxes';

/** Wider than any picture. */
const MOST_PX = 2000;

function number(name: string, unit: string, maximum: number, description: string): RuleParameter {
  return { name, unit, default: 0, type_defaults: {}, minimum: 0, maximum, description };
}

export const MASKS_IGNORED: RuleParameter = {
  name: 'masks_ignored',
  unit: '',
  default: false,
  type_defaults: {},
  minimum: null,
  maximum: null,
  description: 'By itself such road users are tracked and shown, but no rule looks at them.',
};

export const SIZES: readonly RuleParameter[] = [
  number('side_px', 'px', MOST_PX, 'At least so many pixels of the source.'),
  number('share', 'of picture', 1, 'Smaller boxes are left out, 0.001 is a thousandth.'),
];

/** How surely the model must have seen a road user of a class, 0 to 1. */
export const CLASSES: readonly RuleParameter[] = [
  'person',
  'bicycle',
  'car',
  'motorcycle',
  'bus',
  'truck',
].map((name) => number(name, '', 1, ''));
