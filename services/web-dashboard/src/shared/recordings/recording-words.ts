import type { Recording } from '../api/types';
import { formatDuration } from '../time/format';

export const STATE_WORDS: Readonly<Record<Recording['state'], string>> = {
  recording: 'Recording',
  storing: 'Being stored',
  ready: 'Stored',
  interrupted: 'Broke off',
  failed: 'Failed',
};

const KILO = 1_000;

/** `840 kB`, `12.4 MB`, `1.2 GB` */
export function sizeText(bytes: number): string {
  if (bytes < KILO ** 2) return `${Math.round(bytes / KILO)} kB`;
  if (bytes < KILO ** 3) return `${(bytes / KILO ** 2).toFixed(1)} MB`;
  return `${(bytes / KILO ** 3).toFixed(1)} GB`;
}

/** How long it is and how large, as far as that is known. */
export function extentText({ duration_s: duration, size_bytes: size }: Recording): string {
  const parts = [
    ...(duration > 0 ? [formatDuration(duration)] : []),
    ...(size > 0 ? [sizeText(size)] : []),
  ];
  return parts.join(' · ');
}
