import { describe, expect, it } from 'vitest';
import { noFigures } from './player';
import { WhepStats } from './whep-stats';

const reports = (inbound: object) => [
  { type: 'codec', id: 'c', mimeType: 'video/H264', sdpFmtpLine: 'profile-level-id=42E01F' },
  { type: 'candidate-pair', nominated: true, currentRoundTripTime: 0.03 },
  { type: 'inbound-rtp', kind: 'audio', bytesReceived: 9_999 },
  { type: 'inbound-rtp', kind: 'video', codecId: 'c', ...inbound },
];

describe('WhepStats', () => {
  it('tells what happened since it was read last', () => {
    const figures = noFigures();
    const stats = new WhepStats(figures);
    const counted = { bytesReceived: 1_000, packetsReceived: 100, packetsLost: 0 };
    stats.read(reports({ ...counted, jitterBufferDelay: 1, jitterBufferEmittedCount: 50 }));
    expect(figures).toMatchObject({ codec: 'H264 42e01f', bytesReceived: 1_000, lossShare: 0 });
    stats.read(
      reports({
        bytesReceived: 3_000,
        packetsReceived: 190,
        packetsLost: 10,
        jitterBufferDelay: 2,
        jitterBufferEmittedCount: 60,
        framesDropped: 3,
      }),
    );
    expect(figures).toMatchObject({
      bytesReceived: 3_000,
      lossShare: 0.1,
      jitterBufferMs: 100,
      framesDropped: 3,
    });
    expect(stats.oneWayMs).toBe(15);
  });

  it('goes on counting bytes over a new session', () => {
    const figures = noFigures();
    const stats = new WhepStats(figures);
    stats.read(reports({ bytesReceived: 1_000 }));
    stats.restart();
    stats.read(reports({ bytesReceived: 500 }));
    expect(figures.bytesReceived).toBe(1_500);
  });

  it('waits for the first report of the video', () => {
    const figures = noFigures();
    new WhepStats(figures).read([{ type: 'transport' }]);
    expect(figures).toEqual(noFigures());
  });
});
