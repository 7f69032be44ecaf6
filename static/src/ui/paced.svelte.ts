/** A value that is followed at a pace of its own: tables of numbers change slower than curves. */
import { untrack } from 'svelte';
import { untilBeat } from '../core/beat';

/** The value, at most every so many milliseconds a newer one; the newest always comes. */
export function paced<Value>(read: () => Value, everyMs: number): { readonly now: Value } {
  let now = $state.raw(untrack(read));
  let last = performance.now();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const take = () => {
    timer = undefined;
    now = untrack(read);
    last = performance.now();
  };
  $effect(() => {
    read();
    if (timer !== undefined) return;
    const time = performance.now();
    if (time - last >= everyMs) take();
    else timer = setTimeout(take, untilBeat(everyMs, time));
  });
  $effect(() => () => clearTimeout(timer));
  return {
    get now() {
      return now;
    },
  };
}
