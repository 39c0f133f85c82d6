import { useQuery } from '@tanstack/react-query';
import { evidenceQuery } from '@/shared/api/evidence';
import type { EvidenceReport } from '@/shared/api/types';
import { Moment } from '@/shared/ui/moment';
import { ErrorState } from '@/shared/ui/panel-state';
import { chainWords, roleWord, sizeWords } from './evidence-words';

const HASH_SHOWN = 12;

/** What is kept, sealed with which hashes, and whether it was found to be as it was stored. */
export function EvidenceChain({ id }: { readonly id: string }) {
  const query = useQuery(evidenceQuery(id));
  if (query.data === undefined) {
    if (!query.isError) return null;
    return (
      <ErrorState
        what="The chain of evidence"
        error={query.error}
        onRetry={() => void query.refetch()}
      />
    );
  }
  return <Chain report={query.data} />;
}

function Chain({ report }: { readonly report: EvidenceReport }) {
  const { manifest, files, missing, faults } = report;
  return (
    <div className="flex flex-col gap-2 text-sm">
      <Verdict report={report} />
      {faults.map((fault) => (
        <p key={fault.detail} className="text-critical text-xs">
          {fault.detail}
        </p>
      ))}
      {manifest !== null && (
        <p className="text-muted text-xs">
          {chainWords(manifest)}. Written <Moment at={manifest.written_at} />, hash{' '}
          <Hash value={manifest.sha256} />.
        </p>
      )}
      <table className="w-full text-xs">
        <thead className="sr-only">
          <tr>
            <th scope="col">File</th>
            <th scope="col">Size</th>
            <th scope="col">SHA-256</th>
          </tr>
        </thead>
        <tbody>
          {files.map((file) => (
            <tr key={file.role} className="border-hairline/60 border-t">
              <td className="py-1">{roleWord(file.role)}</td>
              <td className="py-1 text-right text-muted">{sizeWords(file.size_bytes)}</td>
              <td className="py-1 pl-4 text-right">
                <Hash value={file.sha256} />
              </td>
            </tr>
          ))}
          {missing.map((file) => (
            <tr key={file.role} className="border-hairline/60 border-t text-muted">
              <td className="py-1">{roleWord(file.role)}</td>
              <td className="py-1 text-right" colSpan={2}>
                not there: {file.reason}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Verdict({ report }: { readonly report: EvidenceReport }) {
  if (report.verified === null) {
    return <p>Not compared with the store yet: press Check.</p>;
  }
  if (!report.verified) {
    return <p className="font-strong text-critical">Something is not as it was stored.</p>;
  }
  return <p className="text-ok">All files are as they were stored, and the chain is whole.</p>;
}

function Hash({ value }: { readonly value: string }) {
  return (
    <code title={value} className="select-all text-muted">
      {value.slice(0, HASH_SHOWN)}…
    </code>
  );
}
