import { DetectionRing } from '@/overlay';
import type {
  CameraStateMessage,
  HelloMessage,
  IncidentMessage,
  LiveMessage,
} from '@/shared/api/generated/live-message';
import type { Camera } from '@/shared/api/types';
import { ServerClock } from '@/shared/time/server-clock';
import type { ConnectionState } from './connection';
import { MediaClock } from './media-clock';
import { decodeLiveMessage } from './messages';
import type { SocketPhase } from './reconnecting-socket';
import { isEqual, TopicStore, ValueStore } from './topic-store';

/** The slow side of a camera: what the server said last. */
export type CameraLive = Omit<CameraStateMessage, 'type' | 'seq'> & {
  /** Left out by servers that measure none. */
  readonly health?: Camera['health'];
};

type Listener<T> = (value: T) => void;

export interface LiveTransport {
  send(text: string): boolean;
}

/** A replay has no end mark; without newer messages it counts as over after this. */
const CATCH_UP_MS = 1_500;

/**
 * What comes over /api/live, sorted to those who want it: slow state into stores, incidents to
 * listeners, detections into one ring per camera and nowhere else.
 */
export class LiveHub {
  readonly cameras = new TopicStore<CameraLive>();
  readonly connection = new ValueStore<ConnectionState>({ phase: 'idle' });
  private readonly rings = new Map<string, DetectionRing>();
  private readonly clocks = new Map<string, MediaClock>();
  private readonly incidentListeners = new Set<Listener<IncidentMessage>>();
  private readonly resyncListeners = new Set<Listener<string>>();
  private watched: readonly string[] = [];
  private transport: LiveTransport | null = null;
  private boot: string | null = null;
  private seq = -1;
  private greetedSeq = -1;
  /** From where to resume should the connection be lost again before the replay is over. */
  private replayedFrom: number | null = null;
  private catchUpTimer: ReturnType<typeof setTimeout> | null = null;

  constructor(private readonly serverClock = new ServerClock()) {}

  attach(transport: LiveTransport | null): void {
    this.transport = transport;
  }

  /** Newest detections of a camera; the same object for ever. */
  ringOf(cameraKey: string): DetectionRing {
    let ring = this.rings.get(cameraKey);
    if (!ring) {
      ring = new DetectionRing();
      this.rings.set(cameraKey, ring);
    }
    return ring;
  }

  /** Asks for the detections of these cameras instead of the former ones. */
  watch(cameraKeys: readonly string[]): void {
    const sorted = [...new Set(cameraKeys)].sort();
    if (isEqual(sorted, this.watched)) return;
    this.watched = sorted;
    this.subscribe();
  }

  onIncident(listener: Listener<IncidentMessage>): () => void {
    this.incidentListeners.add(listener);
    return () => this.incidentListeners.delete(listener);
  }

  onResync(listener: Listener<string>): () => void {
    this.resyncListeners.add(listener);
    return () => this.resyncListeners.delete(listener);
  }

  /** When a frame was captured, on the clock of `performance.now()`; null while not known. */
  capturedAtMs(cameraKey: string, pts90k: number): number | null {
    const utcMs = this.clocks.get(cameraKey)?.utcOf(pts90k) ?? null;
    return utcMs === null || !this.serverClock.isKnown ? null : this.serverClock.pageTimeOf(utcMs);
  }

  /** Media time of a moment of `performance.now()`; null while not known. */
  ptsAt(cameraKey: string, pageMs: number): number | null {
    return this.serverClock.isKnown ? this.ptsAtUtc(cameraKey, this.serverClock.at(pageMs)) : null;
  }

  /** Media time of a moment of the server's time, Unix ms; null while not known. */
  ptsAtUtc(cameraKey: string, utcMs: number): number | null {
    return this.clocks.get(cameraKey)?.ptsAt(utcMs) ?? null;
  }

  phaseChanged(phase: SocketPhase): void {
    this.stopCatchUpTimer();
    if (phase.kind === 'open') return; // The greeting tells more.
    const { kind, ...members } = phase;
    this.connection.set({ phase: kind, ...members } as ConnectionState);
  }

  receive(text: string): void {
    const message = decodeLiveMessage(text);
    if (!message) return;
    if (message.type === 'hello') {
      this.greet(message);
      return;
    }
    this.deliver(message);
    this.seq = Math.max(this.seq, message.seq);
    if (message.seq > this.greetedSeq) this.caughtUp();
  }

  private deliver(message: LiveMessage): void {
    switch (message.type) {
      case 'detections':
        this.ringOf(message.event.camera_id).add(message.event, performance.now());
        break;
      case 'incident':
        for (const listener of [...this.incidentListeners]) listener(message);
        break;
      case 'camera_state': {
        const { type: _type, seq: _seq, ...state } = message;
        this.cameras.set(state.camera_id, state);
        break;
      }
      case 'sync':
        this.clockOf(message.camera_id).note(message);
        break;
      case 'resync':
        this.resync(message.reason);
        break;
      default:
        break;
    }
  }

  /** After every connect: who numbers now, and what was missed. */
  private greet(hello: HelloMessage): void {
    this.serverClock.noteGreeting(Date.parse(hello.server_time), performance.now());
    const formerBoot = this.boot;
    const formerSeq = this.replayedFrom ?? this.seq;
    this.boot = hello.boot;
    this.seq = hello.seq;
    this.greetedSeq = hello.seq;
    this.subscribe();
    if (formerBoot === null || (formerBoot === hello.boot && formerSeq >= hello.seq)) {
      this.caughtUp();
      return;
    }
    if (formerBoot !== hello.boot) {
      this.clocks.clear();
      this.resync('the server was started anew');
      this.caughtUp();
      return;
    }
    this.replayedFrom = formerSeq;
    this.connection.set({ phase: 'catching-up', missed: hello.seq - formerSeq });
    this.catchUpTimer = setTimeout(() => this.caughtUp(), CATCH_UP_MS);
    this.say({ type: 'resume', boot: hello.boot, seq: formerSeq });
  }

  private resync(reason: string): void {
    for (const listener of [...this.resyncListeners]) listener(reason);
  }

  private caughtUp(): void {
    this.stopCatchUpTimer();
    this.replayedFrom = null;
    this.connection.set({ phase: 'live' });
  }

  private stopCatchUpTimer(): void {
    if (this.catchUpTimer !== null) clearTimeout(this.catchUpTimer);
    this.catchUpTimer = null;
  }

  private clockOf(cameraKey: string): MediaClock {
    let clock = this.clocks.get(cameraKey);
    if (!clock) {
      clock = new MediaClock();
      this.clocks.set(cameraKey, clock);
    }
    return clock;
  }

  private subscribe(): void {
    this.say({ type: 'subscribe', cameras: this.watched, detections: true });
  }

  private say(message: object): void {
    this.transport?.send(JSON.stringify(message));
  }
}
