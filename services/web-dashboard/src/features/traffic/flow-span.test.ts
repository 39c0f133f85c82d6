import { describe, expect, it } from 'vitest';
import { barMinutesOf, barOf, barsOf, isSpanCode, lengthWords, rangeOf, SPANS } from './flow-span';

const NOW = Date.parse('2026-11-25T14:25:10.000Z');
const iso = (ms: number) => new Date(ms).toISOString().slice(0, 16);

function reportOf(span: (typeof SPANS)[keyof typeof SPANS]) {
  const { startMs, endMs } = rangeOf(span, NOW, 'utc');
  return {
    start: new Date(startMs).toISOString(),
    end: new Date(endMs).toISOString(),
    step: span.step,
  };
}

describe('a span', () => {
  it.each(Object.entries(SPANS))('%o is whole, in bars that make a chart', (_, span) => {
    const { startMs, endMs } = rangeOf(span, NOW, 'utc');
    expect(endMs - startMs).toBeGreaterThanOrEqual(span.minutes * 60_000);
    expect(endMs).toBeGreaterThanOrEqual(NOW);
    const report = reportOf(span);
    expect(barMinutesOf(report)).toBe(span.barMinutes);
    const bars = barsOf(report, [], 'utc');
    expect(bars.length).toBeGreaterThanOrEqual(15);
    expect(bars.length).toBeLessThanOrEqual(61);
    expect(bars.every(({ points }) => points.length === 0)).toBe(true);
    expect(bars.at(-1)?.endMs).toBe(endMs);
  });

  it('begins where its first bar does', () => {
    expect(iso(rangeOf(SPANS['6h'], NOW, 'utc').startMs)).toBe('2026-11-25T08:20');
    expect(iso(rangeOf(SPANS['24h'], NOW, 'utc').startMs)).toBe('2026-11-24T14:00');
    expect(iso(rangeOf(SPANS['7d'], NOW, 'utc').startMs)).toBe('2026-11-18T12:00');
  });

  it('is known by its code', () => {
    expect([isSpanCode('15m'), isSpanCode(''), isSpanCode('2h'), isSpanCode('toString')]).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});

describe('bars', () => {
  it('gather what falls into them, and are empty where nothing was watched', () => {
    const points = [
      { at: '2026-11-25T10:00:00.000Z', n: 4 },
      { at: '2026-11-25T10:02:00.000Z', n: 0 },
    ];
    const report = {
      start: '2026-11-25T10:00:00.000Z',
      end: '2026-11-25T10:03:00.000Z',
      step: 'minute',
    } as const;
    const bars = barsOf(report, points, 'utc');
    expect(bars.map((bar) => bar.points.map(({ n }) => n))).toEqual([[4], [], [0]]);
    expect(bars.map(({ startMs, endMs }) => endMs - startMs)).toEqual([60_000, 60_000, 60_000]);
  });

  it('of hours begin by the clock of who looks', () => {
    const at = Date.parse('2026-11-25T14:25:00.000Z');
    expect(iso(barOf(at, 180, 'utc'))).toBe('2026-11-25T12:00');
    const local = new Date(barOf(at, 180, 'local'));
    expect([local.getHours() % 3, local.getMinutes()]).toEqual([0, 0]);
  });

  it('say how long they are', () => {
    expect([1, 10, 60, 180].map(lengthWords)).toEqual(['minute', '10 minutes', 'hour', '3 hours']);
  });
});
