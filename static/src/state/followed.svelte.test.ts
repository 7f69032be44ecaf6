import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Followed } from './followed.svelte';

const FRAME_MS = 20;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Changes at every frame; what was read after each change. */
function run(value: Followed<number>, frames: number): number[] {
  return Array.from({ length: frames }, (_, i) => {
    value.now = i + 1;
    const { read } = value;
    vi.advanceTimersByTime(FRAME_MS);
    return read;
  });
}

describe('what is read of a value', () => {
  it('is the value itself at the first change after a rest', () => {
    const value = new Followed(0);
    value.now = 7;
    expect(value.read).toBe(7);
  });

  it('follows two or three times a second while the value changes at every frame', () => {
    const read = run(new Followed(0), 1000 / FRAME_MS);
    const times = new Set(read).size;
    expect(times).toBeGreaterThanOrEqual(3);
    expect(times).toBeLessThanOrEqual(4);
  });

  it('is the last value soon after the last change', () => {
    const value = new Followed(0);
    run(value, 5);
    vi.advanceTimersByTime(80);
    expect([value.now, value.read, vi.getTimerCount()]).toEqual([5, 5, 0]);
  });

  it('misses no value that changes slowly', () => {
    const value = new Followed(0);
    for (const next of [1, 2, 3]) {
      value.now = next;
      expect(value.read).toBe(next);
      vi.advanceTimersByTime(125);
    }
  });

  it('is the value itself when it is to settle, and then waits for nothing', () => {
    const value = new Followed(0);
    run(value, 5);
    value.now = 9;
    value.settle();
    expect([value.read, vi.getTimerCount()]).toEqual([9, 0]);
    value.now = 10;
    expect(value.read).toBe(10);
  });
});
