import { describe, expect, it } from 'vitest';
import type { Rule, RuleParameter } from '@/shared/api/types';
import {
  boundsWords,
  defaultOf,
  isEnabled,
  numberOf,
  rulesFor,
  switchTo,
  valueFault,
  valuesFor,
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

function switchedBy(isOn: boolean): RuleParameter {
  return { ...ON_S, name: 'enabled', default: isOn, minimum: null, maximum: null };
}

function rule(name: Rule['name'], zoneTypes: Rule['zone_types'], isOn = true): Rule {
  return {
    name,
    summary: 'A rule.',
    version: 1,
    priority: 'medium',
    zone_types: zoneTypes,
    needs_calibration: false,
    needs_pixels: false,
    parameters: [switchedBy(isOn), ON_S],
  };
}

describe('which rules a form shows', () => {
  const rules = [rule('stopped_vehicle', ['lane', 'no_stop']), rule('camera_tamper', [])];

  it('are those of the type, or those of the whole picture', () => {
    expect(rulesFor(rules, 'lane').map(({ name }) => name)).toEqual(['stopped_vehicle']);
    expect(rulesFor(rules, 'pavement')).toEqual([]);
    expect(rulesFor(rules, null).map(({ name }) => name)).toEqual(['camera_tamper']);
  });

  it('and what is set of others goes with the type of the zone', () => {
    const values = { stopped_vehicle: { on_s: 5 }, queue: { on_s: 5 } };
    expect(valuesFor(values, rules, 'lane')).toEqual({ stopped_vehicle: { on_s: 5 } });
    expect(valuesFor(values, rules, 'pavement')).toEqual({});
  });
});

describe('a switch', () => {
  it('is kept only where it is not as the rule is by itself', () => {
    const [usual, optional] = [rule('queue', ['lane']), rule('loitering', ['lane'], false)];
    expect([isEnabled({}, usual), isEnabled({}, optional)]).toEqual([true, false]);
    expect([switchTo(usual, false), switchTo(usual, true)]).toEqual([false, null]);
    expect([switchTo(optional, true), switchTo(optional, false)]).toEqual([true, null]);
    expect(isEnabled({ loitering: { enabled: true } }, optional)).toBe(true);
    expect(isEnabled({ queue: { enabled: false } }, usual)).toBe(false);
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
  });

  it('is a number within its bounds, with a point or a comma', () => {
    expect(boundsWords(ON_S)).toBe('4 to 600 s');
    expect(boundsWords(switchedBy(true))).toBe('');
    expect([numberOf('12,5'), numberOf('1e3'), numberOf(' '), numberOf('1.2.3')]).toEqual([
      12.5,
      1000,
      null,
      null,
    ]);
    expect(valueFault(ON_S, '12.5')).toBeNull();
    expect(valueFault(ON_S, '601')).toBe('Only from 4 to 600 s.');
    expect(valueFault(ON_S, 'soon')).toBe('A number, please: 4 to 600 s.');
    expect(valueFault(ON_S, ' ')).toBe('A number, please: 4 to 600 s.');
  });
});
