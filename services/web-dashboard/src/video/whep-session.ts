/** The server's answer to an offer was no session. */
export class WhepRefusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

const GATHERING_MS = 500;
const ANSWER_MS = 5_000;

/** One negotiated WHEP session: offered, answered, and given back when it ends. */
export class WhepSession {
  readonly pc = new RTCPeerConnection();
  readonly receiver: RTCRtpReceiver;
  private readonly aborter = new AbortController();
  private address: string | null = null;
  private isClosed = false;

  /**
   * @param url Of the WHEP endpoint.
   * @param authorisation For the header; null where the server asks for none.
   */
  constructor(
    private readonly url: string,
    private readonly authorisation: string | null,
  ) {
    const transceiver = this.pc.addTransceiver('video', { direction: 'recvonly' });
    const codecs = h264Codecs();
    if (codecs.length > 0) transceiver.setCodecPreferences?.(codecs);
    this.receiver = transceiver.receiver;
    // A server that has sound, or a silent track in its place, answers nothing without a line for it.
    this.pc.addTransceiver('audio', { direction: 'recvonly' });
  }

  /**
   * Connects; the track of `receiver` plays afterwards.
   *
   * @throws {WhepRefusal} when the server says no, TypeError when it cannot be reached.
   */
  async open(): Promise<void> {
    await this.pc.setLocalDescription(await this.pc.createOffer());
    await gathered(this.pc);
    const timer = setTimeout(() => this.aborter.abort(), ANSWER_MS);
    try {
      const response = await fetch(this.url, {
        method: 'POST',
        headers: this.headers({ 'content-type': 'application/sdp' }),
        body: this.pc.localDescription?.sdp ?? '',
        signal: this.aborter.signal,
      });
      const text = await response.text();
      if (!response.ok) throw new WhepRefusal(response.status, text.slice(0, 200));
      const location = response.headers.get('location');
      if (location !== null) this.address = new URL(location, response.url || this.url).href;
      if (this.isClosed) {
        this.giveBack();
        return;
      }
      await this.pc.setRemoteDescription({ type: 'answer', sdp: text });
    } finally {
      clearTimeout(timer);
    }
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.aborter.abort();
    this.pc.close();
    this.giveBack();
  }

  private giveBack(): void {
    if (this.address === null) return;
    const { address } = this;
    this.address = null;
    // Best effort: the server notices by itself that nobody listens, only later.
    void fetch(address, { method: 'DELETE', headers: this.headers({}), keepalive: true }).catch(
      () => undefined,
    );
  }

  private headers(more: Record<string, string>): Record<string, string> {
    return this.authorisation === null ? more : { ...more, authorization: this.authorisation };
  }
}

/** H.264 and what repairs it, as this browser can receive it. */
export function h264Codecs(): RTCRtpCodec[] {
  const known = globalThis.RTCRtpReceiver?.getCapabilities?.('video')?.codecs ?? [];
  const wanted = /^video\/(h264|rtx|red|ulpfec)$/i;
  const codecs = known.filter(({ mimeType }) => wanted.test(mimeType));
  return codecs.some(({ mimeType }) => /h264/i.test(mimeType)) ? codecs : [];
}

function gathered(pc: RTCPeerConnection): Promise<void> {
  if (pc.iceGatheringState === 'complete') return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      pc.removeEventListener('icegatheringstatechange', changed);
      resolve();
    };
    const changed = () => {
      if (pc.iceGatheringState === 'complete') done();
    };
    // Servers with a public address need no candidate of ours: waiting longer gains nothing.
    const timer = setTimeout(done, GATHERING_MS);
    pc.addEventListener('icegatheringstatechange', changed);
  });
}
