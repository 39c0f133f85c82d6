// @vitest-environment jsdom
import { beforeEach, describe, expect, it } from 'vitest';
import { type KeyPress, nameOf, ShortcutRegistry, takesKeys } from './registry';

function press(key: string, parts: Partial<KeyPress> = {}): KeyPress {
  return {
    key,
    code: '',
    ctrlKey: false,
    metaKey: false,
    altKey: false,
    shiftKey: false,
    timeStamp: 0,
    ...parts,
  };
}

describe('nameOf', () => {
  it.each([
    ['a', press('A', { shiftKey: false }), 'a'],
    ['Shift+1 on any layout', press('!', { code: 'Digit1', shiftKey: true }), 'Shift+1'],
    ['Shift+f', press('F', { shiftKey: true }), 'Shift+f'],
    ['? whatever it takes to type it', press('?', { shiftKey: true }), '?'],
    ['Ctrl+k', press('k', { ctrlKey: true }), 'Ctrl+k'],
    ['the same on a Mac', press('k', { metaKey: true }), 'Ctrl+k'],
    ['ArrowLeft', press('ArrowLeft'), 'ArrowLeft'],
  ])('knows %s', (_, event, name) => {
    expect(nameOf(event)).toBe(name);
  });

  it('leaves Alt to the browser', () => {
    expect(nameOf(press('a', { altKey: true }))).toBeNull();
  });
});

describe('ShortcutRegistry', () => {
  let registry: ShortcutRegistry;
  let done: string[];
  beforeEach(() => {
    registry = new ShortcutRegistry();
    done = [];
  });
  const note = (word: string) => () => void done.push(word);

  it('runs what is bound and says whether it did', () => {
    registry.bind('wall.boxes', note('boxes'));
    expect(registry.press(press('b'))).toBe(true);
    expect(registry.press(press('q'))).toBe(false);
    expect(done).toEqual(['boxes']);
  });

  it('forgets a binding that is taken back', () => {
    const release = registry.bind('wall.boxes', note('boxes'));
    release();
    expect(registry.press(press('b'))).toBe(false);
    expect(registry.bound()).toEqual([]);
  });

  it('lets the newest binding win, and the older one again after it', () => {
    registry.bind('global.search', note('palette'));
    const release = registry.bind('global.search', note('field'));
    registry.press(press('/'));
    release();
    registry.press(press('/'));
    expect(done).toEqual(['field', 'palette']);
  });

  it('reads a sequence within a second', () => {
    registry.bind('go.live', note('live'));
    registry.bind('wall.labels', note('labels'));
    expect(registry.press(press('g', { timeStamp: 0 }))).toBe(false);
    expect(registry.press(press('l', { timeStamp: 900 }))).toBe(true);
    expect(done).toEqual(['live']);
  });

  it('takes a late second key by itself', () => {
    registry.bind('go.live', note('live'));
    registry.bind('wall.labels', note('labels'));
    registry.press(press('g', { timeStamp: 0 }));
    registry.press(press('l', { timeStamp: 1500 }));
    expect(done).toEqual(['labels']);
  });

  it('takes the second key by itself when the sequence means nothing', () => {
    registry.bind('go.live', note('live'));
    registry.bind('wall.boxes', note('boxes'));
    registry.press(press('g'));
    registry.press(press('b'));
    expect(done).toEqual(['boxes']);
  });
});

describe('takesKeys', () => {
  it('leaves keys to fields and to what has keys of its own', () => {
    document.body.innerHTML =
      '<input id="a"><button id="b"></button><div data-own-keys><i id="c"></i></div>';
    expect(takesKeys(document.getElementById('a'))).toBe(true);
    expect(takesKeys(document.getElementById('b'))).toBe(false);
    expect(takesKeys(document.getElementById('c'))).toBe(true);
    expect(takesKeys(null)).toBe(false);
  });
});
