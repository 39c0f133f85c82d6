import { expect, it } from 'vitest';
import { safeTarget } from './safe-target';

it.each([
  ['/incidents/?q=lane', '/incidents/?q=lane'],
  ['', '/'],
  ['//evil.example', '/'],
  ['https://evil.example', '/'],
  ['/\\evil.example', '/'],
  ['/sign-in/?next=/', '/'],
])('after signing in, %s leads to %s', (next, target) => {
  expect(safeTarget(next)).toBe(target);
});
