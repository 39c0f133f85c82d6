/** Which frame a player shows, on the camera's media clock: the one thing players differ in. */
export interface FrameClock {
  /** `pts_90k` of the frame that `requestVideoFrameCallback` tells of. */
  ptsOf(metadata: Pick<VideoFrameCallbackMetadata, 'mediaTime'>): number;
}

/** MSE hands the fragments' own presentation time through, in microseconds: rounding is exact. */
export const mseFrameClock: FrameClock = {
  ptsOf: (metadata) => Math.round(metadata.mediaTime * 90_000),
};
