/** The media clock's rate: every `pts_90k` is an integer count of these ticks. */
export const TICKS_PER_MS = 90;
