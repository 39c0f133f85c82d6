import { describe, expect, it } from 'vitest';
import type { PlayerFault } from './player';
import { type LadderFacts, PATIENCE_MS as PATIENCES_MS, PlayerLadder } from './player-ladder';

const PATIENCE_MS = PATIENCES_MS.whep;

const ALL = ['whep', 'll_hls', 'mse'] as const;

/** A ladder and the time, which goes on in ticks of 250 ms. */
function aLadder(kinds: ConstructorParameters<typeof PlayerLadder>[0] = ALL) {
  const ladder = new PlayerLadder(kinds);
  let nowMs = 0;
  const step = (facts: Partial<LadderFacts> = {}) => {
    nowMs += 250;
    return ladder.step({ nowMs, isPictureDue: true, frameAtMs: Number.NaN, fault: null, ...facts });
  };
  const run = (ms: number, facts: Partial<LadderFacts> = {}) => {
    for (const end = nowMs + ms; nowMs < end; ) step(facts);
  };
  const play = (ms: number) => {
    for (const end = nowMs + ms; nowMs < end; ) step({ frameAtMs: nowMs + 250 });
  };
  return { ladder, step, run, play, now: () => nowMs };
}

const fault = (reason: PlayerFault['reason'], detail = 'It broke.'): PlayerFault => ({
  reason,
  detail,
});

describe('PlayerLadder', () => {
  it('stays with the best one while it plays', () => {
    const { ladder, play } = aLadder();
    play(60_000);
    expect(ladder).toMatchObject({ kind: 'whep', note: null });
  });

  it('goes on to the next after five seconds without a picture, and says why', () => {
    const { ladder, run } = aLadder();
    run(PATIENCE_MS);
    expect(ladder.kind).toBe('whep');
    run(250);
    expect(ladder).toMatchObject({
      kind: 'll_hls',
      note: 'WebRTC: no picture within 5 s, showing LL-HLS',
    });
  });

  it('does not count the time in which no picture is due', () => {
    const { ladder, run } = aLadder();
    run(60_000, { isPictureDue: false });
    expect(ladder.kind).toBe('whep');
  });

  it('gives the reason of the player where it has one', () => {
    const { ladder, run } = aLadder(['whep', 'mse']);
    run(PATIENCE_MS + 500, { fault: fault('broken', 'It broke off.') });
    expect(ladder.note).toBe('WebRTC: it broke off, showing MSE');
    const other = aLadder(['whep', 'mse']);
    const cause = 'the server does not answer';
    other.run(PATIENCE_MS + 500, { fault: { ...fault('broken'), cause } });
    expect(other.ladder.note).toBe('WebRTC: the server does not answer, showing MSE');
  });

  it('does not wait where waiting cannot help', () => {
    const { ladder, step } = aLadder(['whep', 'mse']);
    step({ fault: fault('unsupported_codec', 'This stream cannot go over WebRTC.') });
    expect(ladder.note).toBe('WebRTC: this stream cannot go over WebRTC, showing MSE');
    step({ fault: fault('unsupported_codec') });
    expect(ladder).toMatchObject({ kind: 'mse', isExhausted: true });
  });

  it('leaves a player that played and then stood', () => {
    const { ladder, run, play, now } = aLadder(['whep', 'mse']);
    play(10_000);
    const lastMs = now();
    run(7_000, { frameAtMs: lastMs });
    expect(ladder.kind).toBe('whep');
    run(3_000, { frameAtMs: lastMs });
    expect(ladder.note).toContain('the picture stood for 8 s');
  });

  it('never leaves the only one', () => {
    const { ladder, run } = aLadder(['mse']);
    run(600_000, { fault: fault('broken') });
    expect(ladder).toMatchObject({ kind: 'mse', note: null, isExhausted: true });
  });

  it('does not take a browser that waits for a click for a failure', () => {
    const { ladder, run } = aLadder();
    run(60_000, { fault: fault('autoplay_blocked') });
    expect(ladder.kind).toBe('whep');
  });

  it('goes round more and more slowly while nothing shows a picture', () => {
    const { step, now } = aLadder(['whep', 'mse']);
    const changes: number[] = [];
    while (now() < 200_000) if (step() !== null) changes.push(now());
    const pauses = changes.map((ms, i) => ms - (changes[i - 1] ?? 0));
    expect(pauses[0]).toBeLessThan(6_000);
    expect(pauses.at(-1)).toBeGreaterThan(30_000);
  });

  it('has the better one tried again after a while, then more rarely', () => {
    const { ladder, run, play, now } = aLadder(['whep', 'mse']);
    run(PATIENCE_MS + 500);
    play(10_000);
    expect(ladder.dueTrial(now())).toBeNull();
    play(30_000);
    expect(ladder.dueTrial(now())).toBe('whep');
    ladder.trialFailed('whep', 'no picture within 5 s', now());
    play(40_000);
    expect(ladder.dueTrial(now())).toBeNull();
    play(30_000);
    expect(ladder.dueTrial(now())).toBe('whep');
    ladder.trialWon('whep');
    expect(ladder).toMatchObject({ kind: 'whep', note: null });
  });
});
