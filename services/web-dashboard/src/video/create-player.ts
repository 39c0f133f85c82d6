import { liveCameras } from '@/realtime';
import { usesNativeHls } from './capabilities';
import { HlsPlayer } from './hls-player';
import type { LiveDirectory } from './live-directory';
import { MsePlayer } from './mse-player';
import { NativeHlsPlayer } from './native-hls-player';
import type { Player, PlayerContext, PlayerKind } from './player';
import { WhepPlayer } from './whep-player';

/** Makes the player of a kind on an element. */
export function createPlayer(
  kind: PlayerKind,
  context: PlayerContext,
  directory: LiveDirectory,
): Player {
  const { cameraKey } = context;
  const ptsAtUtc = (utcMs: number) => liveCameras.ptsAtUtc(cameraKey, utcMs);
  const address = directory.addressOf(kind);
  switch (kind) {
    case 'whep':
      return new WhepPlayer(context, address, (pageMs) => liveCameras.ptsAt(cameraKey, pageMs));
    case 'll_hls':
      return usesNativeHls()
        ? new NativeHlsPlayer(context, address, ptsAtUtc)
        : new HlsPlayer(context, address, ptsAtUtc);
    case 'mse':
      return new MsePlayer(context, directory.urlOf(kind));
  }
}
