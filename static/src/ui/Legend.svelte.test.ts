// @vitest-environment happy-dom
import { flushSync, mount, unmount } from 'svelte';
import { afterEach, describe, expect, it } from 'vitest';
import { colourTable, cssColour, TABLE_SIZE } from '../core/colour';
import {
  drawnRange,
  SCALE_MODES,
  type DrawnRange,
  type ScaleMode,
  type ScaleNode,
  type ScaleSource,
} from '../core/scale';
import Legend from './Legend.svelte';

const source: ScaleSource = {
  ranges: {
    layer: { conv: [-2, 3], dense: [-4, 6], softmax: [0.1, 0.9], input: [-1, 1] },
    block: { '0': [-2.5, 3.5] },
    network: [-7, 6],
  },
  mapRange: () => [-0.25, 0.125],
  logits: 'dense',
};
const conv: ScaleNode = { id: 'conv', op: 'conv', shape: [3, 6, 6], block: 0 };
const dense: ScaleNode = { id: 'dense', op: 'dense', shape: [10], block: 0 };
const input: ScaleNode = { id: 'input', op: 'input', shape: [3, 8, 8], block: 0 };

let made: Record<string, unknown>;

interface Props {
  range: DrawnRange;
  theme: 'light' | 'dark';
  label: string;
  isNarrow?: boolean;
}

function show(props: Props): HTMLElement {
  made = mount(Legend, { target: document.body, props });
  flushSync();
  return document.body.querySelector('.legend') as HTMLElement;
}

afterEach(async () => {
  await unmount(made);
});

const rangeOf = (mode: ScaleMode, node = conv, channel: number | null = null) =>
  drawnRange(source, node, channel, mode);
const textsOf = (legend: HTMLElement) =>
  [...legend.querySelectorAll('.ends span')].map((span) => span.textContent);

describe('the legend', () => {
  it.each([
    ['map', ['−max', '0', 'max']],
    ['layer', ['−3.00', '0', '3.00']],
    ['block', ['−3.50', '0', '3.50']],
    ['network', ['−7.00', '0', '7.00']],
  ] as const)('in mode %s writes the ends and the zero of what is drawn', (mode, texts) => {
    expect(textsOf(show({ range: rangeOf(mode), theme: 'light', label: 'x' }))).toEqual(texts);
  });

  it('follows every switch of the scale', () => {
    const props: Props = $state({ range: rangeOf('map', conv, 1), theme: 'light', label: 'x' });
    const legend = show(props);
    for (const mode of [...SCALE_MODES, ...SCALE_MODES].reverse()) {
      props.range = rangeOf(mode, conv, 1);
      flushSync();
      const { lo, hi } = props.range;
      expect([legend.dataset['lo'], legend.dataset['hi']]).toEqual([String(lo), String(hi)]);
    }
  });

  it('has the colours of the maps in both themes', () => {
    const props: Props = $state({ range: rangeOf('layer'), theme: 'light', label: 'x' });
    const bar = show(props).querySelector('.bar') as HTMLElement;
    for (const theme of ['light', 'dark'] as const) {
      props.theme = theme;
      flushSync();
      const table = colourTable('activation', theme);
      const stops = [...(bar.getAttribute('style') ?? '').matchAll(/#[0-9a-f]{6}/g)].map(String);
      expect(stops[0]).toBe(cssColour(table[0] as number));
      expect(stops.at(-1)).toBe(cssColour(table[TABLE_SIZE - 1] as number));
    }
  });

  it('names no number where every map has its own', () => {
    const legend = show({ range: rangeOf('map'), theme: 'light', label: 'x' });
    expect([legend.dataset['lo'], legend.dataset['hi']]).toEqual(['', '']);
  });

  it('is read out with its label', () => {
    const legend = show({ range: rangeOf('layer', dense), theme: 'light', label: 'Logits' });
    expect(legend.getAttribute('aria-label')).toBe('Logits: −4.00 … 1.00 … 6.00');
  });

  it.each([
    ['signed values', rangeOf('layer'), ['±3.00']],
    ['signed values of each map', rangeOf('map'), ['±max']],
    ['logits', rangeOf('layer', dense), ['−4.00', '6.00']],
    ['a picture from −1 to 1', rangeOf('layer', input), ['−1.00', '1.00']],
    ['a picture with its own ends', rangeOf('map', input), ['min', 'max']],
    ['nothing but zeros', { ...rangeOf('layer'), lo: 0, hi: 0 }, ['0']],
  ])('in little room writes %s as %j', (_what, range, texts) => {
    expect(textsOf(show({ range, theme: 'light', label: 'x', isNarrow: true }))).toEqual(texts);
  });
});
