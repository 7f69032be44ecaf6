// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { makePage } from '../../tests/network';
import { FakeServer } from '../../tests/server';
import { whole } from '../core/settings';
import { decodeState, DEFAULT_STATE, encodeState } from '../core/url';
import { App } from './app.svelte';
import { Bench } from './bench.svelte';

const TABLE = { n: whole(1, 1, 9) };
let app: App;
let bench: Bench<{ n: number }>;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => undefined }));
  new FakeServer();
  const state = { ...DEFAULT_STATE, view: 'lab' as const, bench: 'kernel' as const };
  history.replaceState(null, '', `/lab#${encodeState(state)}`);
  app = new App(makePage());
  bench = new Bench(app, TABLE);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const addressed = () => decodeState(location.hash, location.pathname);

it('shows a setting at once and writes it when the hand rests', () => {
  bench.change({ n: 3 });
  expect([bench.settings.n, addressed().set]).toEqual([3, null]);
  vi.runAllTimers();
  expect([bench.settings.n, addressed().set]).toEqual([3, 'n:3']);
});

it('is written before another view takes the address, and never after', () => {
  bench.change({ n: 3 });
  const write = vi.spyOn(history, 'replaceState');
  app.go({ view: 'look' });
  expect(decodeState(String(write.mock.calls[0]?.[2]).split('#')[1] ?? '').set).toBe('n:3');
  vi.runAllTimers();
  expect(addressed().view).toBe('look');
});

it('gives way to an address from outside', () => {
  bench.change({ n: 3 });
  history.replaceState(null, '', `/lab#${encodeState({ ...app.state, set: 'n:5' })}`);
  app.restore();
  vi.runAllTimers();
  expect([bench.settings.n, addressed().set]).toEqual([5, 'n:5']);
});
