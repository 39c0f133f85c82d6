import { hasMediaSource } from './media-sink';
import type { PlayerKind } from './player';
import { h264Codecs } from './whep-session';

const HLS_TYPE = 'application/vnd.apple.mpegurl';

/** Why this browser cannot play a kind at all, in words; null where it can. */
export function incapacity(kind: PlayerKind): string | null {
  switch (kind) {
    case 'whep':
      if (!('RTCPeerConnection' in globalThis)) return 'this browser has no WebRTC';
      return h264Codecs().length === 0 ? 'this browser receives no H.264 over WebRTC' : null;
    case 'mse':
      return hasMediaSource() ? null : 'this browser has no MediaSource';
    case 'll_hls':
      return hasMediaSource() || playsHlsItself() ? null : 'this browser plays no HLS';
  }
}

/** Whether HLS is left to the browser: where there is nothing to feed but it knows the format. */
export function usesNativeHls(): boolean {
  return !hasMediaSource() && playsHlsItself();
}

function playsHlsItself(): boolean {
  return document.createElement('video').canPlayType(HLS_TYPE) !== '';
}
