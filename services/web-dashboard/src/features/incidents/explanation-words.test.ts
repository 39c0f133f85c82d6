import { describe, expect, it } from 'vitest';
import type { Incident } from '@/shared/api/types';
import { INCIDENT_TYPE_CODES } from '@/shared/words';
import { AT } from '@/testing/builders';
import { explanationOf, headlineOf } from './explanation-words';
import { numberWords, quantityWords } from './quantity-words';
import { EXPLANATIONS } from './rule-sentences';

type Type = Incident['type'];

function say(type: Type, condition: string, measured: number, threshold: number, unit: string) {
  const explanation = explanationOf(type, { condition, measured, threshold, unit, since: AT });
  const { before, measured: value, after, limit, isMet } = explanation;
  return { sentence: `${before}${value}${after}`, limit, isMet };
}

describe('an explanation', () => {
  it.each<[Type, string, number, number, string, string]>([
    [
      'congestion',
      'median speed',
      0.31,
      0.6,
      'BL/s',
      'Half of the vehicles are slower than 0.31 body lengths a second; below 0.6 body lengths a second is slow.',
    ],
    [
      'congestion',
      'share of the zone covered',
      0.624,
      0.5,
      '',
      'Vehicles cover 62.4 % of the zone; from 50 % on it is full.',
    ],
    [
      'queue',
      'vehicles that wait',
      9,
      8,
      'vehicles',
      '9 vehicles wait in the row; from 8 vehicles on it is a queue.',
    ],
    [
      'stopped_vehicle',
      'stands for',
      11.48,
      10,
      's',
      'It has stood for 11.5 s; the alarm comes after 10 s.',
    ],
    [
      'wrong_way',
      'cosine of heading and lane',
      -0.94,
      -0.5,
      '',
      'It heads 160° away from the direction of the lane; from 120° on that is against it.',
    ],
    [
      'illegal_u_turn',
      'heading changed by',
      171,
      150,
      '°',
      'Its heading changed by 171°; from 150° on it has turned round.',
    ],
    [
      'speeding',
      'speed',
      73.2,
      60,
      'km/h',
      'It drives at 73.2 km/h; the alarm comes from 60 km/h on.',
    ],
    [
      'near_miss',
      'time to collision',
      0.82,
      1.5,
      's',
      'Going on as they did they would have touched in 0.82 s; below 1.5 s is near.',
    ],
    [
      'collision',
      'speed of the slower one',
      0.2,
      0.7,
      'm/s',
      'The slower one drives at 0.72 km/h; below 2.52 km/h it stands.',
    ],
    [
      'pedestrian_on_road',
      'on the road for',
      2.4,
      2,
      's',
      'On the road for 2.4 s; the alarm comes after 2 s.',
    ],
    [
      'loitering',
      'stays for',
      187,
      60,
      's',
      'The person has stayed for 3 min 7 s; the alarm comes after 60 s.',
    ],
    [
      'crowding',
      'persons in the zone',
      18,
      15,
      'persons',
      '18 persons are in the zone; from 15 persons on it is a crowd.',
    ],
    [
      'abandoned_object',
      'nearest person',
      4.2,
      3,
      'm',
      'The nearest person is 4.2 m away; nearer than 3 m it is looked after.',
    ],
    [
      'camera_tamper',
      'likeness to the view',
      0.085,
      0.2,
      '',
      'The picture is like the right view by 8.5 %; below 20 % it is another.',
    ],
  ])('of %s says %s in words', (type, condition, measured, threshold, unit, sentence) => {
    expect(say(type, condition, measured, threshold, unit)).toMatchObject({
      sentence,
      isMet: true,
    });
  });

  it('tells what raised it from what did not', () => {
    const hidden = say('camera_tamper', 'share of the view that is hidden', 0.396, 0.6, '');
    expect([hidden.isMet, hidden.limit]).toEqual([false, 'at least 60 %']);
    expect(say('stopped_vehicle', 'moved in 3 s', 0.2, 0.15, 'BL').isMet).toBe(false);
  });

  it('asks of brightness what its limit is for, and of an angle to be wide', () => {
    const level = (value: number, limit: number) =>
      say('camera_tamper', 'mean brightness', value, limit, 'levels');
    expect([level(12, 20), level(44, 20), level(250, 235)].map(({ isMet }) => isMet)).toEqual([
      true,
      false,
      true,
    ]);
    expect([level(12, 20).limit, level(250, 235).limit]).toEqual([
      'less than 20 of 255',
      'at least 235 of 255',
    ]);
    const heading = say('wrong_way', 'cosine of heading and lane', -0.94, -0.5, '');
    expect(heading.limit).toBe('at least 120°');
  });

  it('shows what is new here as it comes', () => {
    expect(say('queue', 'colour of the sky', 3, 2, 'shades')).toEqual({
      sentence: 'Colour of the sky: 3 shades; the limit is 2 shades.',
      limit: '2 shades',
      isMet: true,
    });
  });

  it('exists for every type, with a value and its threshold in each sentence', () => {
    for (const type of INCIDENT_TYPE_CODES) {
      expect(headlineOf(type as Type)).not.toBeNull();
      expect(Object.keys(EXPLANATIONS).some((key) => key.startsWith(`${type}/`))).toBe(true);
    }
    for (const { say: text } of Object.values(EXPLANATIONS)) {
      expect(text).toContain('{m}');
      expect(text).toContain('{t}');
    }
  });
});

it.each([
  [1, 'BL', '1 body length'],
  [2, 's', '2 s'],
  [300, 's', '5 min'],
  [1, 'samples', 'once'],
  [0.0004, 'of picture', '0.04 % of the picture'],
  [6.5, 'm/s²', '6.5 m/s²'],
  [1, 'veh/km/lane', '1 vehicle per kilometre of lane'],
])('says %d %s as a person does', (value, unit, words) => {
  expect(quantityWords(value, unit)).toBe(words);
});

it('says three figures at most', () => {
  expect([1234.5, 99.94, 9.999, 0.003].map(numberWords)).toEqual(['1,235', '99.9', '10', '0']);
});
