import { expect, it } from 'vitest';
import { makeRecording } from '@/testing/builders';
import { extentText, sizeText } from './recording-words';

it('writes sizes as people say them', () => {
  expect([840_400, 12_440_000, 1_240_000_000].map(sizeText)).toEqual([
    '840 kB',
    '12.4 MB',
    '1.2 GB',
  ]);
});

it('says of a recording what is known of it', () => {
  expect(extentText(makeRecording({ duration_s: 75, size_bytes: 12_440_000 }))).toBe(
    '01:15 · 12.4 MB',
  );
  expect(extentText(makeRecording({ duration_s: 0, size_bytes: 0 }))).toBe('');
});
