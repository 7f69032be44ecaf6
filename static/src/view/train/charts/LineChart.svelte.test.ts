// @vitest-environment happy-dom
import { flushSync, mount, unmount } from 'svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { recordCanvases } from '../../../../tests/canvas';
import type { Flag, Series, Span } from '../../../core/series';
import { locale } from '../../../i18n/i18n.svelte';
import LineChart from './LineChart.svelte';
import { ChartView } from './view.svelte';

const run = (id: string, y: readonly number[]): Series => ({
  id,
  name: `run ${id}`,
  colour: 'var(--accent)',
  dash: Number(id) - 1,
  x: Float64Array.from(y, (_, i) => i + 1),
  y: Float64Array.from(y),
  dots: [{ x: 2, y: 0.75 }],
  epoch: Float64Array.from(y, (_, i) => (i + 1) / 2),
});

let made: Record<string, unknown>;
beforeEach(() => {
  vi.useFakeTimers();
  recordCanvases();
  locale.language = 'en';
});
afterEach(async () => {
  await unmount(made);
  vi.useRealTimers();
  vi.restoreAllMocks();
});

function show(more: { flags?: Flag[]; smoothing?: number; series?: Series[] } = {}) {
  const shared = new ChartView();
  shared.smoothing = more.smoothing ?? 0;
  const props = $state({
    name: 'Loss',
    series: more.series ?? [run('1', [3, 2, 1.5, 1])],
    flags: more.flags ?? [],
    shared,
    yScale: 'linear' as const,
    theme: 'light' as const,
    oncursor: (step: number | null) => (shared.cursor = step),
    onspan: (span: Span | null) => void (shared.span = span),
  });
  made = mount(LineChart, { target: document.body, props });
  flushSync();
  const chart = document.body.querySelector('[role=slider]') as HTMLElement;
  const press = (key: string, shiftKey = false) => {
    const event = new KeyboardEvent('keydown', { key, shiftKey, bubbles: true, cancelable: true });
    chart.dispatchEvent(event);
    flushSync();
    return event;
  };
  return { shared, props, chart, press };
}
const texts = (selector: string) =>
  [...document.body.querySelectorAll(selector)].map((each) => each.textContent);

describe('a chart of curves', () => {
  it('without a cursor shows the numbers of the last step', () => {
    show();
    expect(texts('[data-raw]')).toEqual(['1.00']);
    expect(document.body.textContent).toContain('step 4');
    expect(document.body.textContent).toContain('epoch 2.00');
  });

  it('is moved over with the arrow keys, and says what is there', () => {
    const { shared, chart, press } = show();
    expect(chart.getAttribute('aria-valuetext')).toContain('arrow keys');
    press('ArrowLeft', true);
    expect(shared.cursor).toBe(3);
    expect(texts('[data-raw]')).toEqual(['1.50']);
    expect(chart.getAttribute('aria-valuetext')).toBe('step 3; 1.50; validation 0.750 at step 2');
    press('Home');
    expect(chart.getAttribute('aria-valuenow')).toBe('1');
  });

  it('keeps the keys that it understands to itself, and no others', () => {
    const { press } = show();
    expect(press('ArrowLeft').defaultPrevented).toBe(true);
    expect(press(' ').defaultPrevented).toBe(false);
    expect(press('.').defaultPrevented).toBe(false);
  });

  it('zooms with the keyboard and back', () => {
    const { shared, press } = show();
    press('+');
    expect(shared.span).toEqual([2, 4]);
    press('Escape');
    expect(shared.span).toBeNull();
  });

  it('shows the smoothed number beside the raw one', () => {
    show({ smoothing: 0.5, series: [run('1', [4, 2])] });
    expect(texts('[data-raw]')).toEqual(['2.00']);
    // (0.25 * 4 + 0.5 * 2) / 0.75
    expect(texts('[data-smooth]')).toEqual(['2.67']);
    expect(texts('[data-dot]')).toEqual(['0.750']);
  });

  it('names runs only where there are several', () => {
    show();
    expect(texts('.name')).toEqual([]);
  });

  it('gives each of several runs its line and its number', () => {
    show({ series: [run('1', [3, 2]), run('2', [5, 4])] });
    expect(texts('.name')).toEqual(['run 1', 'run 2']);
    expect(texts('[data-raw]')).toEqual(['2.00', '4.00']);
    const dashes = [...document.body.querySelectorAll('path')].map((path) =>
      path.getAttribute('stroke-dasharray'),
    );
    expect(new Set(dashes).size).toBe(2);
  });

  it('reads out a flag at the cursor', () => {
    const { shared } = show({ flags: [{ step: 2, kind: 'change', text: 'Learning rate: 1 → 2' }] });
    expect(texts('.flag')).toEqual([]);
    shared.cursor = 2;
    flushSync();
    expect(texts('.flag')).toEqual(['Learning rate: 1 → 2']);
  });

  it('follows a run as it grows', () => {
    const { props } = show();
    props.series = [run('1', [3, 2, 1.5, 1, 0.25])];
    flushSync();
    vi.advanceTimersByTime(100);
    flushSync();
    expect(texts('[data-raw]')).toEqual(['0.250']);
  });

  it('is there before the first point', () => {
    show({ series: [run('1', [])] });
    expect(texts('[data-raw]')).toEqual([]);
  });
});
