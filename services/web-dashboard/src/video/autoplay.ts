import type { PlayerFault } from './player';

const BLOCKED: PlayerFault = {
  reason: 'autoplay_blocked',
  detail: 'The browser plays nothing before a click.',
};

/** Prepares an element for live video that starts by itself. */
export function silence(video: HTMLVideoElement): void {
  video.muted = true;
  video.playsInline = true;
}

/** Plays, and tells whether the browser lets it. */
export async function tryPlay(video: HTMLVideoElement): Promise<PlayerFault | null> {
  try {
    await video.play();
  } catch (error) {
    // AbortError: a newer stream took the element over.
    if (error instanceof DOMException && error.name === 'NotAllowedError') return BLOCKED;
  }
  return null;
}
