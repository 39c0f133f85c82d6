import { describe, expect, it } from 'vitest';
import type { Rule, RuleParameter } from '@/shared/api/types';
import {
  defaultOf,
  isEnabled,
  parameterWords,
  rulesFor,
  valueFault,
  withValue,
} from './rule-values';

const ON_S: RuleParameter = {
  name: 'on_s',
  unit: 's',
  default: 10,
  type_defaults: { no_stop: 60 },
  minimum: 4,
  maximum: 600,
  description: 'The vehicle must stand for so long.',
};

function rule(name: Rule['name'], zoneTypes: Rule['zone_types']): Rule {
  return {
    name,
    summary: 'A rule.',
    version: 1,
    priority: 'medium',
    zone_types: zoneTypes,
    needs_calibration: false,
    needs_pixels: false,
    parameters: [ON_S],
  };
}

describe('which rules a form shows', () => {
  const rules = [rule('stopped_vehicle', ['lane', 'no_stop']), rule('camera_tamper', [])];

  it('are those of the type, or those of the whole picture', () => {
    expect(rulesFor(rules, 'lane').map(({ name }) => name)).toEqual(['stopped_vehicle']);
    expect(rulesFor(rules, 'pavement')).toEqual([]);
    expect(rulesFor(rules, null).map(({ name }) => name)).toEqual(['camera_tamper']);
  });
});

describe('a value', () => {
  it('has a default that may depend on the zone', () => {
    expect([defaultOf(ON_S, 'lane'), defaultOf(ON_S, 'no_stop'), defaultOf(ON_S, null)]).toEqual([
      10, 60, 10,
    ]);
  });

  it('is kept only where it differs, and its rule with it', () => {
    const changed = withValue({}, 'queue', 'on_s', 15);
    expect(changed).toEqual({ queue: { on_s: 15 } });
    expect(withValue(changed, 'queue', 'off_s', 3)).toEqual({ queue: { on_s: 15, off_s: 3 } });
    expect(withValue(changed, 'queue', 'on_s', null)).toEqual({});
    expect(isEnabled(withValue({}, 'queue', 'enabled', false), 'queue')).toBe(false);
    expect(isEnabled({}, 'queue')).toBe(true);
  });

  it('is a number within its bounds', () => {
    expect(valueFault(ON_S, '12.5')).toBeNull();
    expect(valueFault(ON_S, '601')).toBe('From 4 to 600.');
    expect(valueFault(ON_S, 'soon')).toBe('A number, please.');
    expect(valueFault(ON_S, ' ')).toBe('A number, please.');
  });

  it('is named without its unit', () => {
    expect(parameterWords(ON_S)).toBe('On');
    expect(parameterWords({ ...ON_S, name: 'free_flow_bl_s' })).toBe('Free flow');
    expect(parameterWords({ ...ON_S, name: 'slow_share' })).toBe('Slow share');
  });
});
