// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { act, cleanup, renderHook, waitFor } from '@testing-library/react';
import type { ReactNode } from 'react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { boardQuery } from '@/shared/api/incidents';
import { useSession } from '@/shared/api/session';
import type { Incident } from '@/shared/api/types';
import { siteClock } from '@/shared/time/site-clock';
import { AT, later, makeIncident } from '@/testing/builders';
import { answer, type Call, startFakeServer } from '@/testing/fake-server';
import { receiveIncident } from './cache';
import { useHandling, useNotices } from './use-handling';

const incident = makeIncident();
const acknowledged = makeIncident({
  handling: 'acknowledged',
  handled_by: 'local',
  handled_at: later(1),
  allowed_actions: ['take', 'resolve', 'false-alarm'],
});
const PATH = `POST /api/incidents/${incident.id}/ack`;

let client: QueryClient;

beforeEach(() => {
  client = new QueryClient();
  client.setQueryData(boardQuery.queryKey, [incident]);
  const user = { name: 'local', role: 'operator' } as const;
  useSession.setState({ status: 'open', user, token: null, expiresAt: Number.POSITIVE_INFINITY });
  useNotices.setState({ notices: {} });
  siteClock.adjust(Date.parse(later(2)), Date.now());
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

function shown(): Incident {
  const [first] = client.getQueryData(boardQuery.queryKey) ?? [];
  if (first === undefined) throw new Error('the board is empty');
  return first;
}

function handle(subject: Incident | null) {
  const wrapper = ({ children }: { children: ReactNode }) => (
    <QueryClientProvider client={client}>{children}</QueryClientProvider>
  );
  return renderHook(() => useHandling(subject), { wrapper }).result;
}

/** A server that answers when told to. */
function holdAnswer() {
  let release: (value: ReturnType<typeof answer>) => void = () => undefined;
  const held = new Promise<ReturnType<typeof answer>>((resolve) => {
    release = resolve;
  });
  const calls = startFakeServer({ [PATH]: () => held });
  return { calls, release: (value: ReturnType<typeof answer>) => release(value) };
}

async function untilAsked(calls: readonly Call[]): Promise<void> {
  await waitFor(() => expect(calls).toHaveLength(1));
}

describe('one step of handling', () => {
  it('is shown before the server has answered, and stays when it agrees', async () => {
    const { calls, release } = holdAnswer();
    const step = handle(incident);
    act(() => step.current('ack'));
    await untilAsked(calls);
    expect(shown()).toMatchObject({ handling: 'acknowledged', handled_by: 'local' });
    expect(calls[0]?.body).toEqual({ expected: 'new' });
    await act(async () => release(answer(acknowledged)));
    await waitFor(() => expect(shown().handled_at).toBe(acknowledged.handled_at));
    expect(useNotices.getState().notices).toEqual({});
  });

  it('gives way to whoever was faster, and says who that was', async () => {
    const byAna = makeIncident({ handling: 'acknowledged', handled_by: 'ana', handled_at: AT });
    startFakeServer({
      [PATH]: () => answer({ code: 'stale-state', detail: 'It changed.', current: byAna }, 409),
    });
    const step = handle(incident);
    act(() => step.current('ack'));
    await waitFor(() => expect(shown().handled_by).toBe('ana'));
    expect(useNotices.getState().notices[incident.id]).toBe('Acknowledged by ana 2 s ago');
  });

  it('is taken back when it could not be saved', async () => {
    startFakeServer({ [PATH]: () => answer({ detail: 'The database is away.' }, 503) });
    const step = handle(incident);
    act(() => step.current('ack'));
    await waitFor(() => expect(useNotices.getState().notices[incident.id]).toContain('Not saved'));
    expect(shown()).toEqual(incident);
  });

  it('does nothing that makes no sense, or that the role does not allow', () => {
    const calls = startFakeServer({});
    const none = handle(null);
    act(() => none.current('ack'));
    const closed = handle(makeIncident({ handling: 'resolved', allowed_actions: ['reopen'] }));
    act(() => closed.current('ack'));
    useSession.setState({ user: { name: 'eve', role: 'viewer' } });
    const viewer = handle(incident);
    act(() => viewer.current('ack'));
    expect(calls).toEqual([]);
    expect(shown()).toEqual(incident);
  });

  it('is not undone by a message that was sent before it', async () => {
    const { calls, release } = holdAnswer();
    const step = handle(incident);
    act(() => step.current('ack'));
    await untilAsked(calls);
    act(() => receiveIncident(client, makeIncident({ severity: 8 })));
    expect(shown()).toMatchObject({ severity: 8, handling: 'acknowledged' });
    await act(async () => release(answer({ ...acknowledged, severity: 8 })));
    act(() => receiveIncident(client, makeIncident({ severity: 9, handling: 'resolved' })));
    expect(shown()).toMatchObject({ severity: 9, handling: 'resolved' });
  });
});

it('adds an incident that the live socket tells of', () => {
  receiveIncident(client, makeIncident({ id: 'new', camera_id: 'cam_02' }));
  expect(client.getQueryData(boardQuery.queryKey)?.map(({ id }) => id)).toEqual([
    'new',
    incident.id,
  ]);
});
