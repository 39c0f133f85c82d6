/** Why a request failed, from the problem JSON (RFC 9457) that the API answers. */
export interface Problem {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly requestId: string | null;
  readonly fields: readonly { readonly field: string; readonly reason: string }[];
  /** The newer state, on a clash. */
  readonly current: unknown;
  /** Machine-readable cause of a failed source. */
  readonly reason: string | null;
}

/** A request that the API refused, or that never reached it (`status` 0). */
export class ApiError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail);
    this.name = 'ApiError';
    this.problem = problem;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function fieldsOf(value: unknown): Problem['fields'] {
  if (!Array.isArray(value)) return [];
  return value.filter(isRecord).map((entry) => ({
    field: textOf(entry['field']) ?? '',
    reason: textOf(entry['reason']) ?? 'is not valid',
  }));
}

/** Reads a problem; a body that is none still gives one. */
export function parseProblem(status: number, body: unknown): Problem {
  const record = isRecord(body) ? body : {};
  return {
    status,
    code: textOf(record['code']) ?? `http-${status}`,
    detail: textOf(record['detail']) ?? textOf(record['title']) ?? `The server answered ${status}.`,
    requestId: textOf(record['request_id']),
    fields: fieldsOf(record['errors']),
    current: record['current'] ?? null,
    reason: textOf(record['reason']),
  };
}

/** The request got no answer at all. */
export function unreachable(): ApiError {
  return new ApiError({
    ...parseProblem(0, null),
    code: 'unreachable',
    detail: 'The server does not answer. It may be restarting, or the network is down.',
  });
}

/** The problem behind any error that a query or a mutation can end with. */
export function problemOf(error: unknown): Problem {
  if (error instanceof ApiError) return error.problem;
  const detail = error instanceof Error ? error.message : 'Something unexpected happened.';
  return { ...parseProblem(0, null), code: 'unexpected', detail };
}
