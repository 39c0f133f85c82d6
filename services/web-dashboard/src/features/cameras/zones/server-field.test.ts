import { expect, it } from 'vitest';
import { fieldWords } from './server-field';

const ZONES = [{ name: 'Inbound' }, { name: 'Outbound' }];

it.each([
  ['zones.1.rules.congestion.on_s', 'Outbound, Congestion, Alarm after'],
  ['zones.0.rules.queue', 'Inbound, Queue'],
  ['zones.0.polygon', 'Inbound'],
  ['rules.boxes.person', 'Picture, Boxes that count, Person'],
  ['rules.camera_tamper.shift', 'Picture, Camera tampered with, Shift'],
  ['calibration', 'calibration'],
])('says where %s is', (field, words) => {
  expect(fieldWords(field, ZONES)).toBe(words);
});
