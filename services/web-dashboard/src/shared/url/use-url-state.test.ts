import { expect, it } from 'vitest';
import { writeQuery } from './use-url-state';

it('keeps what it does not know, drops what is empty, and is in a stable order', () => {
  expect(writeQuery('?probe=1&wall=4', { page: '2', wall: '' })).toBe('page=2&probe=1');
  expect(writeQuery('', { q: 'lane 2', camera: 'cam_01' })).toBe('camera=cam_01&q=lane+2');
  expect(writeQuery('?a=1', { a: '' })).toBe('');
});
