// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Drafts } from './drafts';

const PAUSE_MS = 100;
let version = 0;
let sent: number[] = [];
let drafts: Drafts;

beforeEach(() => {
  vi.useFakeTimers();
  [version, sent] = [0, []];
  drafts = new Drafts(() => sent.push(version), PAUSE_MS);
});
afterEach(() => vi.useRealTimers());

describe('Drafts', () => {
  it('sends at most once a pause however often the drawing changes, the newest last', () => {
    for (version = 1; version < 30; version++) {
      drafts.changed();
      vi.advanceTimersByTime(10);
    }
    vi.advanceTimersByTime(10 * PAUSE_MS);
    expect(sent).toEqual([10, 20, 30]);
  });

  it('sends nothing while nothing changes', () => {
    drafts.changed();
    vi.advanceTimersByTime(10 * PAUSE_MS);
    expect(sent).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('sends nothing after it was stopped, until the next change', () => {
    drafts.changed();
    drafts.stop();
    vi.advanceTimersByTime(2 * PAUSE_MS);
    expect(sent).toEqual([]);
    drafts.changed();
    vi.advanceTimersByTime(PAUSE_MS);
    expect(sent).toHaveLength(1);
  });
});
