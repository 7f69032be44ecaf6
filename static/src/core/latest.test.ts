import { describe, expect, it } from 'vitest';
import { Latest } from './latest';

/** Work that ends when it is told to. */
function makeWork() {
  const began: string[] = [];
  const ends: (() => void)[] = [];
  const signals: AbortSignal[] = [];
  const latest = new Latest<string>((ask, signal) => {
    began.push(ask);
    signals.push(signal);
    return new Promise((resolve, reject) => {
      ends.push(resolve);
      signal.addEventListener('abort', () => reject(new Error('aborted')));
    });
  });
  return { latest, began, ends, signals };
}

const settled = () => new Promise((resolve) => setTimeout(resolve));

describe('Latest', () => {
  it('does the newest of what was asked meanwhile, and skips the rest', async () => {
    const { latest, began, ends } = makeWork();
    for (const ask of ['a', 'b', 'c', 'd']) latest.ask(ask);
    expect(began).toEqual(['a']);
    ends[0]?.();
    await settled();
    expect(began).toEqual(['a', 'd']);
    ends[1]?.();
    await settled();
    expect(latest.isBusy).toBe(false);
    expect(began).toEqual(['a', 'd']);
  });

  it('ends what is under way when it is stopped, and begins anew when asked', async () => {
    const { latest, began, signals } = makeWork();
    latest.ask('a');
    latest.ask('b');
    latest.stop();
    expect(signals[0]?.aborted).toBe(true);
    await settled();
    expect(began).toEqual(['a']);
    latest.ask('c');
    expect(began).toEqual(['a', 'c']);
    expect(signals[1]?.aborted).toBe(false);
  });
});
