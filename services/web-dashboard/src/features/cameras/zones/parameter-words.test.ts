import { describe, expect, it } from 'vitest';
import type { Rule, RuleParameter } from '@/shared/api/types';
import { isInForce, measureOf, namedParameters, parameterWords } from './parameter-words';

function parameter(name: string, unit: string): RuleParameter {
  return {
    name,
    unit,
    default: 1,
    type_defaults: {},
    minimum: 0,
    maximum: 2,
    description: 'A number.',
  };
}

function rule(parameters: RuleParameter[], needsCalibration = false): Rule {
  return {
    name: 'stopped_vehicle',
    summary: 'A rule.',
    version: 1,
    priority: 'medium',
    zone_types: ['lane'],
    needs_calibration: needsCalibration,
    needs_pixels: false,
    parameters,
  };
}

const STOPPED = rule([
  parameter('enabled', ''),
  parameter('on_s', 's'),
  parameter('still_bl', 'BL'),
  parameter('still_m', 'm'),
  parameter('braking_m_s2', 'm/s²'),
  parameter('braking_bl_s2', 'BL/s²'),
  parameter('density', 'veh/km/lane'),
]);

describe('the name of a parameter', () => {
  it.each([
    ['on_s', 'Alarm after'],
    ['free_flow_bl_s', 'Free flow'],
    ['braking_m_s2', 'Braking'],
    ['near_heights', 'Near'],
    ['angle_deg', 'Angle'],
    ['slow_share', 'Slow share'],
  ])('says %s as %s, without its unit', (name, words) => {
    expect(parameterWords({ name })).toBe(words);
  });

  it('tells apart what differs by the unit alone', () => {
    const labels = namedParameters(STOPPED, true).map(({ label }) => label);
    expect(labels).toEqual([
      'Alarm after',
      'Still, in metres',
      'Still, in body lengths',
      'Braking, in metres per second squared',
      'Braking, in body lengths per second squared',
      'Density',
    ]);
    expect(new Set(labels).size).toBe(labels.length);
  });
});

describe('which of two is in force', () => {
  const inForce = (isCalibrated: boolean) =>
    namedParameters(STOPPED, isCalibrated)
      .filter((named) => isInForce(named, isCalibrated))
      .map((named) => named.parameter.name);

  it('depends on the calibration, and comes first', () => {
    expect(inForce(true)).toEqual(['on_s', 'still_m', 'braking_m_s2', 'density']);
    expect(inForce(false)).toEqual(['on_s', 'still_bl', 'braking_bl_s2']);
    expect(namedParameters(STOPPED, false)[1]?.parameter.name).toBe('still_bl');
  });

  it('is no question for a rule that needs metres anyway', () => {
    const speeding = namedParameters(rule([parameter('gap_m', 'm')], true), false);
    expect(speeding.map(({ label, measure }) => [label, measure])).toEqual([['Gap', null]]);
  });

  it('goes by the unit', () => {
    expect(measureOf({ unit: 'heights' })).toBe('lengths');
    expect(measureOf({ unit: 'persons/m²' })).toBe('metres');
    expect(measureOf({ unit: 'of zone' })).toBeNull();
  });
});
