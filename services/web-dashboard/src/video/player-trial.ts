import type { Player, PlayerContext, PlayerKind, TickFacts } from './player';
import { PATIENCE_MS } from './player-ladder';

export type TrialResult = 'running' | 'won' | 'lost';

/** Tries a player on an element that nobody sees, so that the picture on the screen goes on. */
export class PlayerTrial {
  private readonly video = document.createElement('video');
  private readonly player: Player;
  private readonly endsAtMs: number;

  constructor(
    readonly kind: PlayerKind,
    cameraKey: string,
    make: (kind: PlayerKind, context: PlayerContext) => Player,
    nowMs: number,
  ) {
    this.endsAtMs = nowMs + PATIENCE_MS[kind];
    this.player = make(kind, { video: this.video, cameraKey, restarting: () => undefined });
    this.player.start();
  }

  tick(facts: TickFacts): TrialResult {
    this.player.tick(facts);
    const { readyState, videoWidth } = this.video;
    if (videoWidth > 0 && readyState >= HTMLMediaElement.HAVE_CURRENT_DATA) return 'won';
    return facts.nowMs > this.endsAtMs ? 'lost' : 'running';
  }

  dispose(): void {
    this.player.dispose();
  }
}
