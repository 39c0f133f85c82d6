import { describe, expect, it } from 'vitest';
import type { EvidenceReport } from '@/shared/api/types';
import { evidenceWord } from './evidence-words';

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

describe('what is said of evidence', () => {
  it('is not complete before its manifest is written', () => {
    const word = evidenceWord({ evidence_complete: false, has_clip: false }, undefined);
    expect(word).toEqual({ text: 'Evidence is being put together', tone: 'plain' });
  });

  it('says where there is no clip', () => {
    expect(evidenceWord({ evidence_complete: true, has_clip: false }, REPORT).text).toBe(
      'Evidence complete, without a clip',
    );
    expect(evidenceWord({ evidence_complete: true, has_clip: true }, undefined).text).toBe(
      'Evidence complete',
    );
  });

  it('is verified once it was checked and nothing was wrong', () => {
    const word = evidenceWord(
      { evidence_complete: true, has_clip: true },
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
      { evidence_complete: true, has_clip: true },
      { ...REPORT, verified: false, faults },
    );
    expect(word).toEqual({
      text: 'Evidence broken: the clip was changed',
      tone: 'bad',
      detail: 'the clip was changed; the snapshot is gone',
    });
  });
});
