import { describe, expect, it } from 'vitest';
import { CLEAR_FILTER } from '@/shared/history/history-filter';
import { AT, later, makeIncident } from '@/testing/builders';
import { timelineOf } from './incident-timeline';
import { toIncidentsQuery } from './incidents-query';

describe('the timeline of an incident', () => {
  it('goes on, as long as it does', () => {
    const steps = timelineOf(makeIncident());
    expect(steps.map(({ word, at }) => [word, at])).toEqual([
      ['Began', later(-15)],
      ['Alarm', AT],
      ['Goes on', null],
    ]);
    expect(steps[1]?.note).toBe('15 s after it began');
  });

  it('tells things in the order in which they happened', () => {
    const incident = makeIncident({
      condition: 'ended',
      ended_at: later(30),
      reason: 'cleared',
      handling: 'acknowledged',
      handled_by: 'ana',
      handled_at: later(90),
    });
    const steps = timelineOf(incident);
    expect(steps.map(({ word }) => word)).toEqual(['Began', 'Alarm', 'Ended', 'Acknowledged']);
    expect(steps.map(({ note }) => note).slice(2)).toEqual(['the road is clear again', 'by ana']);
  });
});

describe('the filter of incidents', () => {
  const now = Date.parse(AT);

  it('asks for everything when nothing is narrowed', () => {
    expect(toIncidentsQuery(CLEAR_FILTER, now)).toEqual({ limit: 50 });
  });

  it('says it in the words of the API', () => {
    const filter = {
      ...CLEAR_FILTER,
      handling: 'open',
      type: 'wrong_way',
      camera: 'cam_01',
      range: '1h',
      q: 'lane',
    };
    expect(toIncidentsQuery(filter, now)).toEqual({
      start: later(-3600),
      handling: ['new', 'acknowledged', 'in_progress'],
      type: ['wrong_way'],
      camera: 'cam_01',
      q: 'lane',
      limit: 50,
    });
  });
});
