// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Drafts } from './drafts';

const PAUSE_MS = 100;
let version = 0;
let sent: string[] = [];

/** Drawings are named by the version that was there when they were made. */
function makeDrafts(make = () => Promise.resolve(`v${version}` as unknown as Blob | null)) {
  return new Drafts(make, (drawing) => sent.push(drawing as unknown as string), PAUSE_MS);
}

beforeEach(() => {
  vi.useFakeTimers();
  [version, sent] = [0, []];
});
afterEach(() => vi.useRealTimers());

describe('Drafts', () => {
  it('sends once a pause however often the drawing changes, the newest last', async () => {
    const drafts = makeDrafts();
    for (version = 1; version < 30; version++) {
      drafts.changed();
      await vi.advanceTimersByTimeAsync(10);
    }
    await vi.advanceTimersByTimeAsync(PAUSE_MS);
    expect(sent.length).toBeLessThanOrEqual(4);
    expect(sent.at(-1)).toBe('v30');
    await vi.advanceTimersByTimeAsync(10 * PAUSE_MS);
    expect(sent.length).toBeLessThanOrEqual(4);
  });

  it('makes one drawing at a time, and then the one that changed meanwhile', async () => {
    const pending: ((drawing: Blob | null) => void)[] = [];
    const drafts = makeDrafts(() => new Promise((resolve) => pending.push(resolve)));
    drafts.changed();
    await vi.advanceTimersByTimeAsync(PAUSE_MS);
    drafts.changed();
    await vi.advanceTimersByTimeAsync(5 * PAUSE_MS);
    expect(pending).toHaveLength(1);
    pending[0]?.('first' as unknown as Blob);
    await vi.advanceTimersByTimeAsync(PAUSE_MS);
    expect(pending).toHaveLength(2);
    expect(sent).toEqual(['first']);
  });

  it('sends nothing after it was stopped, not even what is being made', async () => {
    let resolve: (drawing: Blob | null) => void = () => undefined;
    const drafts = makeDrafts(() => new Promise((done) => (resolve = done)));
    drafts.changed();
    await vi.advanceTimersByTimeAsync(PAUSE_MS);
    drafts.stop();
    resolve('late' as unknown as Blob);
    await vi.advanceTimersByTimeAsync(PAUSE_MS);
    expect(sent).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
