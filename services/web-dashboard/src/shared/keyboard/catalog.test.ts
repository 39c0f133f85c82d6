import { describe, expect, it } from 'vitest';
import { CATALOG, printedKeys, type ShortcutId, type ShortcutSpec } from './catalog';

/** Scopes that are never on the screen together: Enter and Escape mean something in both. */
const APART = new Set(['wall zones', 'incidents zones']);

describe('the catalog of keys', () => {
  const entries = Object.entries(CATALOG) as [ShortcutId, ShortcutSpec][];

  it('gives no key two meanings at one time', () => {
    const clashes = entries.flatMap(([id, spec], index) =>
      entries
        .slice(index + 1)
        .filter(([, other]) => !APART.has([spec.scope, other.scope].sort().join(' ')))
        .filter(([, other]) => other.keys.some((keys) => spec.keys.includes(keys)))
        .map(([other]) => `${id} and ${other}`),
    );
    expect(clashes).toEqual([]);
  });

  it('starts no sequence with a key that does something by itself', () => {
    const firsts = entries.flatMap(([, { keys }]) =>
      keys.filter((key) => key.includes(' ')).map((key) => key.split(' ')[0]),
    );
    const singles = entries.flatMap(([, { keys }]) => keys);
    expect(firsts.filter((first) => singles.includes(first ?? ''))).toEqual([]);
  });

  it('prints keys as they stand on the keyboard', () => {
    expect(printedKeys('g l')).toEqual(['G', 'L']);
    expect(printedKeys('Ctrl+k')).toEqual(['Ctrl', 'K']);
    expect(printedKeys('ArrowLeft')).toEqual(['←']);
    expect(printedKeys('Escape')).toEqual(['Esc']);
  });
});
