import { describe, expect, it } from 'vitest';
import type { EvidenceReport } from '@/shared/api/types';
import { chainWords, evidenceWord, hasNoPictures, sizeWords } from './evidence-words';

const REPORT: EvidenceReport = {
  incident_id: '00000000-0000-4000-8000-000000000001',
  complete: true,
  has_snapshot: true,
  has_clip: true,
  files: [],
  missing: [],
  clip: null,
  manifest: null,
  verified: null,
  faults: [],
};

const QUEUE = { type: 'queue', key: 'zone-1' } as const;

describe('what is said of evidence', () => {
  it('is not complete before its manifest is written', () => {
    const word = evidenceWord({ ...QUEUE, evidence_complete: false, has_clip: false }, undefined);
    expect(word).toEqual({ text: 'Evidence is being put together', tone: 'plain' });
  });

  it('says where there is no clip', () => {
    expect(evidenceWord({ ...QUEUE, evidence_complete: true, has_clip: false }, REPORT).text).toBe(
      'Evidence complete, without a clip',
    );
    expect(
      evidenceWord({ ...QUEUE, evidence_complete: true, has_clip: true }, undefined).text,
    ).toBe('Evidence complete');
  });

  it('is verified once it was checked and nothing was wrong', () => {
    const word = evidenceWord(
      { ...QUEUE, evidence_complete: true, has_clip: true },
      { ...REPORT, verified: true },
    );
    expect([word.text, word.tone]).toEqual(['Evidence verified', 'good']);
  });

  it('names what is broken', () => {
    const faults = [
      { kind: 'file_changed' as const, detail: 'the clip was changed' },
      { kind: 'file_missing' as const, detail: 'the snapshot is gone' },
    ];
    const word = evidenceWord(
      { ...QUEUE, evidence_complete: true, has_clip: true },
      { ...REPORT, verified: false, faults },
    );
    expect(word).toEqual({
      text: 'Evidence broken: the clip was changed',
      tone: 'bad',
      detail: 'the clip was changed; the snapshot is gone',
    });
  });
});

it('expects none of a camera that sends no picture', () => {
  const lost = { type: 'camera_tamper', key: 'lost' } as const;
  expect([hasNoPictures(lost), hasNoPictures({ ...lost, key: 'covered' })]).toEqual([true, false]);
  const word = evidenceWord({ ...lost, evidence_complete: false, has_clip: false }, undefined);
  expect(word.text).toBe('No evidence: no picture came');
});

it('says sizes, and where a manifest stands in its chain', () => {
  expect([sizeWords(120), sizeWords(411_368), sizeWords(2_450_000)]).toEqual([
    '1 kB',
    '411 kB',
    '2.5 MB',
  ]);
  expect(chainWords({ sequence: 1 })).toContain('the first');
  expect(chainWords({ sequence: 7 })).toContain('with number 6');
});
