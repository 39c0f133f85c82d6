import { describe, expect, it, vi } from 'vitest';
import { AppendQueue } from './append-queue';

/** A SourceBuffer that works until the test says it is done. */
class FakeBuffer extends EventTarget {
  updating = false;
  refusal: unknown = null;
  readonly appended: number[][] = [];
  readonly removed: number[] = [];

  appendBuffer(bytes: ArrayBuffer): void {
    if (this.refusal) throw this.refusal;
    this.updating = true;
    this.appended.push([...new Uint8Array(bytes)]);
  }

  remove(_start: number, end: number): void {
    this.updating = true;
    this.removed.push(end);
  }

  finish(): void {
    this.updating = false;
    this.dispatchEvent(new Event('updateend'));
  }
}

function aQueue() {
  const buffer = new FakeBuffer();
  const broken = vi.fn();
  const queue = new AppendQueue(buffer as unknown as SourceBuffer, broken);
  const append = (...bytes: number[]) => queue.append(Uint8Array.from(bytes).buffer);
  return { buffer, broken, queue, append };
}

describe('AppendQueue', () => {
  it('appends at once where it can, and joins what comes meanwhile', () => {
    const { buffer, append } = aQueue();
    append(1);
    append(2, 3);
    append(4);
    expect(buffer.appended).toEqual([[1]]);
    buffer.finish();
    expect(buffer.appended).toEqual([[1], [2, 3, 4]]);
    buffer.finish();
    expect(buffer.appended).toHaveLength(2);
  });

  it('removes before it appends more', () => {
    const { buffer, queue, append } = aQueue();
    append(1);
    append(2);
    queue.removeBefore(3);
    queue.removeBefore(4.5);
    buffer.finish();
    expect(buffer.removed).toEqual([4.5]);
    buffer.finish();
    expect(buffer.appended).toEqual([[1], [2]]);
  });

  it('tells once that the buffer refuses', () => {
    const { buffer, broken, append } = aQueue();
    buffer.refusal = new DOMException('full', 'QuotaExceededError');
    append(1);
    append(2);
    expect(broken.mock.calls).toEqual([['QuotaExceededError']]);
  });

  it('tells an error of the buffer', () => {
    const { buffer, broken, append } = aQueue();
    append(1);
    buffer.dispatchEvent(new Event('error'));
    buffer.finish();
    expect(broken).toHaveBeenCalledOnce();
  });

  it('gives up rather than to fill the memory', () => {
    const { buffer, broken, queue } = aQueue();
    for (let i = 0; i < 35; i += 1) queue.append(new ArrayBuffer(1024 * 1024));
    expect(broken).toHaveBeenCalledOnce();
    buffer.finish();
    expect(buffer.appended).toHaveLength(1);
  });

  it('is silent once closed', () => {
    const { buffer, broken, queue, append } = aQueue();
    append(1);
    append(2);
    queue.close();
    buffer.finish();
    buffer.dispatchEvent(new Event('error'));
    expect(buffer.appended).toEqual([[1]]);
    expect(broken).not.toHaveBeenCalled();
  });
});
