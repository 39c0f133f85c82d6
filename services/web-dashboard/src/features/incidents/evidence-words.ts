import type { EvidenceReport, Incident } from '@/shared/api/types';

export interface EvidenceWord {
  readonly text: string;
  readonly tone: 'plain' | 'good' | 'bad';
  /** The whole story, where there is more to it. */
  readonly detail?: string;
}

/** What to say of an incident's evidence; `report` is of a check, if there was one. */
export function evidenceWord(
  incident: Pick<Incident, 'evidence_complete' | 'has_clip'>,
  report: EvidenceReport | undefined,
): EvidenceWord {
  if (report !== undefined && report.verified !== null) return checkedWord(report, report.verified);
  if (!incident.evidence_complete) return { text: 'Evidence is being put together', tone: 'plain' };
  if (!incident.has_clip) return { text: 'Evidence complete, without a clip', tone: 'plain' };
  return { text: 'Evidence complete', tone: 'plain' };
}

function checkedWord(report: EvidenceReport, isVerified: boolean): EvidenceWord {
  if (isVerified) {
    const n = report.files.length;
    const detail = `${n} ${n === 1 ? 'file' : 'files'} and manifest ${report.manifest?.sequence ?? '–'} are as they were stored`;
    return { text: 'Evidence verified', tone: 'good', detail };
  }
  const details = report.faults.map((fault) => fault.detail);
  return {
    text: `Evidence broken: ${details[0] ?? 'unknown'}`,
    tone: 'bad',
    detail: details.join('; '),
  };
}
