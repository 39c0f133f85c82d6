import { expect, it } from 'vitest';
import { mseFrameClock } from './frame-clock';

const ptsAt = (mediaTime: number) => mseFrameClock.ptsOf({ mediaTime, presentationTime: 0 });

it('gives the ticks back that a browser keeps as whole microseconds, for a year of them', () => {
  for (const start of [0, 90_000 * 86_400, 90_000 * 86_400 * 365]) {
    for (let step = 0; step < 2_000; step += 1) {
      const pts = start + step * 3_003 + (step % 7);
      for (const round of [Math.floor, Math.round, Math.ceil]) {
        const mediaTime = round((pts * 1_000_000) / 90_000) / 1_000_000;
        if (ptsAt(mediaTime) !== pts) throw new Error(`${pts} is lost`);
      }
    }
  }
  expect(ptsAt(0)).toBe(0);
});
