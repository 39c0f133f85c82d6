// @vitest-environment jsdom
import { describe, expect, it, vi } from 'vitest';
import type { LiveOffer } from '@/shared/api/live';
import type { PlayerChoice } from '@/shared/state/preferences';
import { mseFrameClock } from './frame-clock';
import { LiveDirectory } from './live-directory';
import { LiveEdge } from './live-edge';
import {
  noFigures,
  type Player,
  type PlayerContext,
  type PlayerFault,
  type PlayerKind,
} from './player';
import { PlayerSwitch } from './player-switch';

/** A player that does nothing but say what it was told. */
class StillPlayer implements Player {
  readonly clock = mseFrameClock;
  readonly edge = new LiveEdge();
  readonly figures = noFigures();
  readonly connection = 'open';
  readonly targetMs = 0;
  fault: PlayerFault | null = null;
  readonly start = vi.fn();
  readonly stop = vi.fn();
  readonly dispose = vi.fn();
  readonly tick = vi.fn();
  readonly frameShown = vi.fn();

  constructor(
    readonly kind: PlayerKind,
    readonly context: PlayerContext,
  ) {}

  lagMs(): null {
    return null;
  }
}

function offer(kind: PlayerKind): LiveOffer {
  return { kind, url: `/${kind}`, token: null, expires_in_s: null };
}

interface Setting {
  readonly offers?: readonly PlayerKind[];
  readonly choice?: PlayerChoice;
  readonly lacks?: PlayerKind;
}

/** A switch among still players, and the time, which goes on by ticks of 250 ms. */
async function aSwitch({ offers = ['whep', 'mse'], choice = 'auto', lacks }: Setting = {}) {
  const video = document.createElement('video');
  const restarting = vi.fn();
  const made: StillPlayer[] = [];
  const players = new PlayerSwitch({ video, cameraKey: 'cam_01', restarting }, choice, {
    directory: new LiveDirectory('cam_01', async () => offers.map(offer)),
    createPlayer: (kind, context) => {
      const player = new StillPlayer(kind, context);
      made.push(player);
      return player;
    },
    incapacity: (kind) => (kind === lacks ? 'this browser has no WebRTC' : null),
  });
  players.start();
  await vi.waitFor(() => expect(players.player ?? players.fault).not.toBeNull());
  let nowMs = performance.now();
  const run = (ms: number, isPlaying = false) => {
    for (const end = nowMs + ms; nowMs < end; ) {
      nowMs += 250;
      const frameAtMs = isPlaying ? nowMs : Number.NaN;
      players.tick({ nowMs, targetMs: 0, expectsBytes: true, isWatched: true, frameAtMs });
    }
  };
  return { players, made, run, restarting, video };
}

describe('PlayerSwitch', () => {
  it('plays what the server names first', async () => {
    const { players, made } = await aSwitch();
    expect(players.player?.kind).toBe('whep');
    expect(players.kinds).toEqual(['whep', 'mse']);
    expect(players.note).toBeNull();
    expect(made).toHaveLength(1);
    expect(made[0]?.start).toHaveBeenCalledOnce();
  });

  it('leaves out what this browser cannot do, and says so', async () => {
    const { players } = await aSwitch({ lacks: 'whep' });
    expect(players.player?.kind).toBe('mse');
    expect(players.kinds).toEqual(['mse']);
    expect(players.note).toBe('WebRTC: this browser has no WebRTC, showing MSE');
  });

  it('says where nothing is left', async () => {
    const { players } = await aSwitch({ offers: ['whep'], lacks: 'whep' });
    expect(players.player).toBeNull();
    expect(players.fault?.detail).toContain('no video that this browser plays');
  });

  it('gives the element to the next player, the picture held meanwhile', async () => {
    const { players, made, run, restarting } = await aSwitch();
    run(5_500);
    expect(players.player?.kind).toBe('mse');
    expect(players.note).toBe('WebRTC: no picture within 5 s, showing MSE');
    expect(made[0]?.dispose).toHaveBeenCalledOnce();
    expect(restarting).toHaveBeenCalledOnce();
  });

  it('tells a fault only when there is no other player to turn to', async () => {
    const { players, made, run } = await aSwitch();
    const fault = { reason: 'broken', detail: 'It broke.' } as const;
    for (const player of made) player.fault = fault;
    expect(players.fault).toBeNull();
    run(5_500);
    const second = made[1] as StillPlayer;
    second.fault = fault;
    expect(players.fault).toBe(fault);
  });

  it('tries the better one beside the picture, and takes it once it shows one', async () => {
    const { players, made, run, video } = await aSwitch();
    run(5_500);
    run(31_000, true);
    const trial = made[2] as StillPlayer;
    expect(trial.kind).toBe('whep');
    expect(trial.context.video).not.toBe(video);
    expect(players.player?.kind).toBe('mse');
    Object.defineProperty(trial.context.video, 'videoWidth', { value: 640 });
    Object.defineProperty(trial.context.video, 'readyState', { value: 2 });
    run(500, true);
    expect(trial.dispose).toHaveBeenCalledOnce();
    expect(players.player?.kind).toBe('whep');
    expect(players.note).toBeNull();
  });

  it('keeps the picture where the trial fails', async () => {
    const { players, made, run } = await aSwitch();
    run(5_500);
    run(45_000, true);
    expect(made[2]?.dispose).toHaveBeenCalledOnce();
    expect(players.player).toBe(made[1]);
    expect(made[1]?.dispose).not.toHaveBeenCalled();
  });

  it('follows a choice by hand at once', async () => {
    const { players, made } = await aSwitch();
    players.choose('mse');
    await vi.waitFor(() => expect(players.player?.kind).toBe('mse'));
    expect(made[0]?.dispose).toHaveBeenCalledOnce();
    players.choose('auto');
    await vi.waitFor(() => expect(players.player?.kind).toBe('whep'));
  });

  it('stops and goes on with the same player', async () => {
    const { players, made } = await aSwitch({ choice: 'mse' });
    players.stop();
    players.start();
    expect(made).toHaveLength(1);
    expect(made[0]?.stop).toHaveBeenCalledOnce();
    expect(made[0]?.start).toHaveBeenCalledTimes(2);
    players.dispose();
    expect(players.player).toBeNull();
  });
});
