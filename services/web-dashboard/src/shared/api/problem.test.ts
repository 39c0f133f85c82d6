import { describe, expect, it } from 'vitest';
import { ApiError, parseProblem, problemOf } from './problem';

describe('parseProblem', () => {
  it('reads a problem of the API', () => {
    const problem = parseProblem(422, {
      code: 'invalid-input',
      title: 'Invalid input',
      detail: 'The camera has no name.',
      request_id: 'r1',
      errors: [{ field: 'name', reason: 'is empty' }, 'nonsense'],
      reason: 'refused',
    });
    expect(problem).toEqual({
      status: 422,
      code: 'invalid-input',
      detail: 'The camera has no name.',
      requestId: 'r1',
      fields: [{ field: 'name', reason: 'is empty' }],
      current: null,
      reason: 'refused',
    });
  });

  it.each([[null], ['<html>'], [[]], [{ detail: 7 }]])('makes a problem of %j', (body) => {
    expect(parseProblem(502, body)).toMatchObject({
      status: 502,
      code: 'http-502',
      detail: 'The server answered 502.',
    });
  });
});

it('finds the problem behind any error', () => {
  expect(problemOf(new ApiError(parseProblem(409, { code: 'stale' }))).code).toBe('stale');
  expect(problemOf(new Error('broken'))).toMatchObject({ status: 0, detail: 'broken' });
  expect(problemOf('nonsense').status).toBe(0);
});
