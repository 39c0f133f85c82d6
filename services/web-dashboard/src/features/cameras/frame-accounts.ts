import type { Stats } from '@/shared/api/types';
import { dropReasonWord } from '@/shared/words';

export type CameraAccount = Stats['cameras'][number];

/** Frames that were due and not inferred. */
export function droppedFrames(account: CameraAccount): number {
  return Object.values(account.dropped).reduce((sum, count) => sum + (count ?? 0), 0);
}

/** `1.2 %` of the frames that were due. */
export function dropShare(account: CameraAccount): string {
  if (account.captured === 0) return '–';
  const percent = (100 * droppedFrames(account)) / account.captured;
  return `${percent === 0 || percent >= 10 ? percent.toFixed(0) : percent.toFixed(1)} %`;
}

/** The whole account in words: nothing is lost without a name. */
export function describeAccount(account: CameraAccount): string {
  const reasons = Object.entries(account.dropped).map(
    ([reason, count]) => `${count} ${dropReasonWord(reason).toLowerCase()}`,
  );
  return [
    `${account.captured} frames due = ${account.inferred} inferred + ${account.in_flight} under way + ${droppedFrames(account)} dropped`,
    ...reasons,
  ].join('\n');
}
