// @vitest-environment happy-dom
import { flushSync } from 'svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { paced } from './paced.svelte';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('a paced value', () => {
  it('changes at most once in its time, and ends at the newest', () => {
    let source = $state(0);
    const seen: number[] = [];
    const end = $effect.root(() => {
      const slow = paced(() => source, 100);
      $effect(() => void seen.push(slow.now));
    });
    flushSync();
    for (let ms = 10; ms <= 300; ms += 10) {
      vi.advanceTimersByTime(10);
      source = ms;
      flushSync();
    }
    vi.advanceTimersByTime(100);
    flushSync();
    end();
    expect(seen[0]).toBe(0);
    expect(seen.at(-1)).toBe(300);
    expect(seen.length).toBeLessThanOrEqual(6);
    expect(seen.length).toBeGreaterThanOrEqual(3);
  });

  it('changes together with what else is followed at a pace', () => {
    let source = $state(0);
    const times: [number[], number[]] = [[], []];
    const end = $effect.root(() => {
      times.forEach((seen, i) => {
        vi.advanceTimersByTime(37 * i);
        const slow = paced(() => source, 100);
        $effect(() => void (slow.now > 0 && seen.push(performance.now())));
      });
    });
    for (let n = 1; n <= 30; n++) {
      source = n;
      flushSync();
      vi.advanceTimersByTime(16);
      flushSync();
    }
    end();
    const [one, other] = times;
    expect(one.length).toBeGreaterThanOrEqual(4);
    // Each starts when it is first changed.
    expect(one.slice(-4)).toEqual(other.slice(-4));
  });

  it('is followed no more once its view is gone', () => {
    let source = $state(0);
    let reads = 0;
    const end = $effect.root(() => {
      paced(() => {
        reads++;
        return source;
      }, 100);
    });
    flushSync();
    source = 1;
    flushSync();
    end();
    const before = reads;
    source = 2;
    flushSync();
    expect([reads, vi.getTimerCount()]).toEqual([before, 0]);
  });
});
