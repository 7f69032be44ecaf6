// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Reveal } from './reveal.svelte';

let reveal: Reveal;
const shares = () => [0, 0.5, 1].map((at) => reveal.shareOf(at));

beforeEach(() => {
  vi.useFakeTimers();
  reveal = new Reveal();
});
afterEach(() => {
  reveal.finish();
  vi.useRealTimers();
});

describe('columns that appear', () => {
  it('are all there before anything begins, and at once where there is no time', () => {
    expect(shares()).toEqual([1, 1, 1]);
    reveal.start(0);
    expect([...shares(), vi.getTimerCount()]).toEqual([1, 1, 1, 0]);
  });

  it('come from the last to the first, and then nothing runs', () => {
    reveal.start(800);
    expect(shares()).toEqual([0, 0, 0]);
    vi.advanceTimersByTime(400);
    const [first = 1, middle = 0, last = 0] = shares();
    expect([first, last]).toEqual([0, 1]);
    expect(middle).toBeGreaterThan(0);
    expect(middle).toBeLessThan(1);
    vi.advanceTimersByTime(420);
    expect([...shares(), vi.getTimerCount()]).toEqual([1, 1, 1, 0]);
  });

  it('are all there when a hand ends it', () => {
    reveal.start(800);
    vi.advanceTimersByTime(100);
    reveal.finish();
    expect([...shares(), vi.getTimerCount()]).toEqual([1, 1, 1, 0]);
  });
});
