import { expect, it } from 'vitest';
import { readOptions } from './page-options';

it('reads what the address asks for, and nothing that does not exist', () => {
  const read = (query: string) => readOptions(new URLSearchParams(query), false);
  expect(read('probe=1&player=whep&mode=live')).toEqual({
    isProbing: true,
    player: 'whep',
    mode: 'live',
  });
  expect(read('probe=0&player=vhs&mode=dead')).toEqual({
    isProbing: false,
    player: null,
    mode: null,
  });
  expect(readOptions(new URLSearchParams(''), true).isProbing).toBe(true);
});
