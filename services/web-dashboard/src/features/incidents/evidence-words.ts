import type { EvidenceReport, Incident } from '@/shared/api/types';

type FileRole = EvidenceReport['files'][number]['role'];
type Manifest = NonNullable<EvidenceReport['manifest']>;

const ROLE_WORDS: Readonly<Record<FileRole, string>> = {
  snapshot: 'Picture',
  snapshot_boxes: 'Picture with boxes',
  clip: 'Clip',
};

export function roleWord(role: FileRole): string {
  return ROLE_WORDS[role];
}

/** A camera that sends nothing: the incident is that there is nothing to keep. */
export function hasNoPictures({ type, key }: Pick<Incident, 'type' | 'key'>): boolean {
  return type === 'camera_tamper' && key === 'lost';
}

/** Why there is no picture to show, in two words. */
export function pictureWord(incident: Pick<Incident, 'type' | 'key' | 'evidence_complete'>) {
  if (hasNoPictures(incident)) return 'No picture came';
  return incident.evidence_complete ? 'No picture kept' : 'Picture pending';
}

/** `411 kB` */
export function sizeWords(bytes: number): string {
  if (bytes < 1_000_000) return `${Math.max(1, Math.round(bytes / 1000))} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** Where a manifest stands in the chain of its camera. */
export function chainWords({ sequence }: Pick<Manifest, 'sequence'>): string {
  return sequence === 1
    ? 'Number 1, the first of its camera'
    : `Number ${sequence}, sealed together with number ${sequence - 1}`;
}

export interface EvidenceWord {
  readonly text: string;
  readonly tone: 'plain' | 'good' | 'bad';
  /** The whole story, where there is more to it. */
  readonly detail?: string;
}

/** What to say of an incident's evidence; `report` is of a check, if there was one. */
export function evidenceWord(
  incident: Pick<Incident, 'evidence_complete' | 'has_clip' | 'type' | 'key'>,
  report: EvidenceReport | undefined,
): EvidenceWord {
  if (report !== undefined && report.verified !== null) return checkedWord(report, report.verified);
  if (hasNoPictures(incident)) return { text: 'No evidence: no picture came', tone: 'plain' };
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
