/** A value that is followed at a pace of its own: tables of numbers change slower than curves. */
import { untrack } from 'svelte';

/** The value, at most every so many milliseconds a newer one; the newest always comes. */
export function paced<Value>(read: () => Value, everyMs: number): { readonly now: Value } {
  let now = $state.raw(untrack(read));
  let last = performance.now();
  const take = (value: Value) => {
    now = value;
    last = performance.now();
  };
  $effect(() => {
    const newest = read();
    const wait = last + everyMs - performance.now();
    if (wait <= 0) {
      take(newest);
      return;
    }
    const timer = setTimeout(() => take(newest), wait);
    return () => clearTimeout(timer);
  });
  return {
    get now() {
      return now;
    },
  };
}
