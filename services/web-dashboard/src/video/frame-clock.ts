/** What `requestVideoFrameCallback` tells that a clock may read; browsers differ in it. */
export type FrameMetadata = Pick<
  VideoFrameCallbackMetadata,
  'mediaTime' | 'presentationTime' | 'receiveTime' | 'rtpTimestamp'
>;

/** Which frame a player shows, on the camera's media clock: the one thing players differ in. */
export interface FrameClock {
  /** The frame itself is not known, only about when it was captured. */
  readonly isApproximate: boolean;
  /** So many ticks off, a time still means the same frame. */
  readonly toleranceTicks: number;
  /** `pts_90k` of the frame on the screen; null while the clock is not known. */
  ptsOf(metadata: FrameMetadata): number | null;
}

/** MSE hands the fragments' own presentation time through, in microseconds: rounding is exact. */
export const mseFrameClock: FrameClock = {
  isApproximate: false,
  toleranceTicks: 0,
  ptsOf: (metadata) => Math.round(metadata.mediaTime * 90_000),
};
