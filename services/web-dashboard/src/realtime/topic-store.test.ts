import { describe, expect, it, vi } from 'vitest';
import { isEqual, TopicStore, ValueStore } from './topic-store';

describe('ValueStore', () => {
  it('tells a change, and nothing that is equal', () => {
    const store = new ValueStore({ state: 'online', tags: ['a'] });
    const listener = vi.fn();
    store.subscribe(listener);
    const before = store.get();
    store.set({ state: 'online', tags: ['a'] });
    expect(listener).not.toHaveBeenCalled();
    expect(store.get()).toBe(before);
    store.set({ state: 'online', tags: ['b'] });
    expect(listener).toHaveBeenCalledOnce();
  });

  it('tells nobody who left, even one who leaves while it tells', () => {
    const store = new ValueStore(0);
    const calls: string[] = [];
    const leave = store.subscribe(() => {
      calls.push('first');
      leave();
    });
    store.subscribe(() => calls.push('second'));
    store.set(1);
    store.set(2);
    expect(calls).toEqual(['first', 'second', 'second']);
  });
});

describe('TopicStore', () => {
  it('wakes only those who look at the topic that changed', () => {
    const store = new TopicStore<number>();
    const [one, two] = [vi.fn(), vi.fn()];
    store.topic('cam_01').subscribe(one);
    store.topic('cam_02').subscribe(two);
    store.set('cam_02', 5);
    expect(one).not.toHaveBeenCalled();
    expect(two).toHaveBeenCalledOnce();
    expect(store.get('cam_02')).toBe(5);
    expect(store.get('cam_03')).toBeUndefined();
  });

  it('gives the same topic again, as hooks need it', () => {
    const store = new TopicStore<number>();
    expect(store.topic('cam_01').subscribe).toBe(store.topic('cam_01').subscribe);
  });
});

describe('isEqual', () => {
  it.each([
    [1, 1, true],
    [Number.NaN, Number.NaN, true],
    [null, undefined, false],
    [null, {}, false],
    [[], {}, false],
    [[1, [2]], [1, [2]], true],
    [{ a: 1 }, { a: 1, b: undefined }, false],
    [{ a: undefined }, { b: undefined }, false],
    [{ a: { b: 1 } }, { a: { b: 2 } }, false],
  ])('%o and %o: %s', (a, b, expected) => {
    expect(isEqual(a, b)).toBe(expected);
  });
});
