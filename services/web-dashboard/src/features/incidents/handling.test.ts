import { describe, expect, it } from 'vitest';
import { AT, later, makeIncident } from '@/testing/builders';
import { describeHandling, incidentIn, keepHandling, predictOutcome } from './handling';

describe('predictOutcome', () => {
  it.each([
    ['ack', 'acknowledged', ['take', 'resolve', 'false-alarm']],
    ['take', 'in_progress', ['resolve', 'false-alarm']],
    ['resolve', 'resolved', ['reopen']],
    ['false-alarm', 'false_alarm', ['reopen']],
    ['reopen', 'new', ['ack', 'take', 'resolve', 'false-alarm']],
  ] as const)('of %s is %s', (action, handling, allowed) => {
    const outcome = predictOutcome(makeIncident(), action, 'ana', AT);
    expect(outcome).toMatchObject({ handling, handled_by: 'ana', handled_at: AT });
    expect(outcome.allowed_actions).toEqual(allowed);
  });
});

it('says who did what, and how long ago', () => {
  const incident = makeIncident({ handling: 'acknowledged', handled_by: 'ana', handled_at: AT });
  expect(describeHandling(incident, Date.parse(later(2)))).toBe('Acknowledged by ana 2 s ago');
  expect(describeHandling(makeIncident(), Date.parse(AT))).toBe('New');
});

it('takes an incident out of a refusal, and nothing else', () => {
  const incident = makeIncident();
  expect(incidentIn(incident)).toBe(incident);
  expect(incidentIn(null)).toBeNull();
  expect(incidentIn({ version: 3 })).toBeNull();
});

it('keeps the people’s side and takes the rule’s', () => {
  const acknowledged = predictOutcome(makeIncident(), 'ack', 'ana', AT);
  const kept = keepHandling(makeIncident({ severity: 9, condition: 'ended' }), acknowledged);
  expect(kept).toMatchObject({ severity: 9, condition: 'ended', handling: 'acknowledged' });
  expect(kept.allowed_actions).toEqual(acknowledged.allowed_actions);
});
