import { describe, expect, it } from 'vitest';
import { formatDuration, formatMoment, formatTime, secondsBetween, zoneLabel } from './format';

describe('formatDuration', () => {
  it.each([
    [0, '0 s'],
    [4.9, '4 s'],
    [59.99, '59 s'],
    [60, '01:00'],
    [250, '04:10'],
    [3599, '59:59'],
    [3600, '1 h 00 min'],
    [7500, '2 h 05 min'],
    [86_400, '1 d 0 h'],
    [277_200, '3 d 5 h'],
    [-3, '0 s'],
  ])('writes %d seconds as %s', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });
});

describe('secondsBetween', () => {
  it('takes ISO times and milliseconds', () => {
    const later = Date.parse('2026-11-25T12:00:12Z');
    expect(secondsBetween('2026-11-25T12:00:00Z', later)).toBe(12);
    expect(secondsBetween('2026-11-25T12:00:00Z', '2026-11-25T12:01:00Z')).toBe(60);
  });

  it('is never negative, whatever the clocks say', () => {
    expect(secondsBetween('2026-11-25T12:00:12Z', '2026-11-25T12:00:00Z')).toBe(0);
  });
});

describe('absolute times', () => {
  const at = '2026-11-25T14:03:22.900Z';

  it('have seconds and no fractions', () => {
    expect(formatTime(at, 'utc')).toBe('14:03:22');
  });

  it('name the day only when it is another one', () => {
    expect(formatMoment(at, 'utc', Date.parse('2026-11-25T23:59:00Z'))).toBe('14:03:22');
    expect(formatMoment(at, 'utc', Date.parse('2026-11-26T00:00:01Z'))).toBe('25 Nov 14:03:22');
  });

  it('name their zone', () => {
    expect(zoneLabel(Date.parse(at), 'utc')).toBe('UTC');
    expect(zoneLabel(Date.parse(at), 'local')).toMatch(/^UTC([+−-]\d{1,2}(:\d\d)?)?$/);
  });
});
