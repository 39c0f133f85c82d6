import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Download, ShieldAlert, ShieldCheck } from 'lucide-react';
import { evidenceQuery, saveEvidence, verifyEvidence } from '@/shared/api/evidence';
import { problemOf } from '@/shared/api/problem';
import type { Incident } from '@/shared/api/types';
import { Button } from '@/shared/ui/button';
import { type EvidenceWord, evidenceWord } from './evidence-words';

const COLOURS: Readonly<Record<EvidenceWord['tone'], string>> = {
  plain: '',
  good: 'text-ok',
  bad: 'text-critical',
};

/** Whether the evidence is all there and as it was stored; and all of it to take away. */
export function EvidenceStatus({ incident }: { readonly incident: Incident }) {
  const client = useQueryClient();
  const { queryKey } = evidenceQuery(incident.id);
  const known = useQuery({ ...evidenceQuery(incident.id), enabled: false });
  const check = useMutation({
    mutationFn: () => verifyEvidence(incident.id),
    onSuccess: (report) => client.setQueryData(queryKey, report),
  });
  const save = useMutation({ mutationFn: () => saveEvidence(incident.id) });
  const error = check.error ?? save.error;
  const word = evidenceWord(incident, known.data);
  return (
    <div className="flex flex-wrap items-center gap-x-2 gap-y-1 text-muted text-xs">
      <span
        role="status"
        className={`flex min-w-0 flex-1 items-center gap-1 ${COLOURS[word.tone]}`}
        title={word.detail}
      >
        {word.tone === 'good' && <ShieldCheck className="size-3.5" aria-hidden="true" />}
        {word.tone === 'bad' && <ShieldAlert className="size-3.5" aria-hidden="true" />}
        <span className="truncate">{error === null ? word.text : problemOf(error).detail}</span>
      </span>
      {incident.evidence_complete && (
        <>
          <Button size="small" disabled={check.isPending} onClick={() => check.mutate()}>
            {check.isPending ? 'Checking…' : 'Check'}
          </Button>
          <Button size="small" disabled={save.isPending} onClick={() => save.mutate()}>
            <Download className="size-3" aria-hidden="true" />
            {save.isPending ? 'Fetching…' : 'ZIP'}
          </Button>
        </>
      )}
    </div>
  );
}
