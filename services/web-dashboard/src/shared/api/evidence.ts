import { queryOptions } from '@tanstack/react-query';
import { api, fetchPicture, unwrap } from './client';
import { saveFile } from './files';
import type { EvidenceReport } from './types';

const NEVER_STALE = Number.POSITIVE_INFINITY;

/** What is kept of an incident, and where in its camera's chain; not compared with the store. */
export function evidenceQuery(id: string) {
  return queryOptions({
    queryKey: ['incidents', 'evidence', id],
    queryFn: ({ signal }): Promise<EvidenceReport> => {
      const params = { path: { incident_id: id } };
      return unwrap(api.GET('/api/incidents/{incident_id}/evidence', { params, signal }));
    },
    staleTime: 30_000,
  });
}

/** Has the server read all evidence of an incident, and compare it with what was stored. */
export function verifyEvidence(id: string): Promise<EvidenceReport> {
  const params = { path: { incident_id: id }, query: { verify: true } };
  return unwrap(api.GET('/api/incidents/{incident_id}/evidence', { params }));
}

/** The clip of an incident, which needs the token that a `<video>` cannot send. */
export function clipQuery(id: string) {
  return queryOptions({
    queryKey: ['incidents', 'clip', id],
    queryFn: ({ signal }) => fetchPicture(`/api/incidents/${id}/clip`, signal),
    staleTime: NEVER_STALE,
    gcTime: 60_000,
    retry: false,
  });
}

/** Has the browser keep everything as a ZIP. */
export function saveEvidence(id: string): Promise<void> {
  return saveFile(`/api/incidents/${id}/evidence.zip`, `${id}.zip`);
}
