// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PageAttention } from './page-attention';

function show(state: DocumentVisibilityState): void {
  vi.spyOn(document, 'visibilityState', 'get').mockReturnValue(state);
  document.dispatchEvent(new Event('visibilitychange'));
}

describe('PageAttention', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('tells when the page is hidden and seen again, and since when', () => {
    const changed = vi.fn();
    const attention = new PageAttention(changed, performance.now());
    attention.start();
    show('hidden');
    expect(attention.isSeen).toBe(false);
    vi.advanceTimersByTime(5_000);
    show('visible');
    expect(changed.mock.calls).toEqual([[false], [true]]);
    expect(attention.shownSinceMs).toBe(performance.now());
    attention.stop();
    show('hidden');
    expect(changed).toHaveBeenCalledTimes(2);
  });

  it('calls a page forgotten that was hidden for half a minute', () => {
    const attention = new PageAttention(vi.fn(), performance.now());
    attention.start();
    show('hidden');
    expect(attention.isForgotten(performance.now() + 29_000)).toBe(false);
    expect(attention.isForgotten(performance.now() + 31_000)).toBe(true);
    show('visible');
    expect(attention.isForgotten(performance.now() + 31_000)).toBe(false);
    attention.stop();
  });

  it('knows a page that was opened in the background', () => {
    vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden');
    const attention = new PageAttention(vi.fn(), performance.now());
    attention.start();
    expect(attention.isSeen).toBe(false);
    attention.stop();
  });
});
