// @vitest-environment happy-dom
import { flushSync, mount, unmount, type Component, type ComponentProps } from 'svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { recordCanvases } from '../../../../tests/canvas';
import type { GlassNumbers } from '../../../core/frame';
import type { Tensor } from '../../../core/wire';
import { locale } from '../../../i18n/i18n.svelte';
import ActivationHealth from './ActivationHealth.svelte';
import Confusion from './Confusion.svelte';
import Features from './Features.svelte';
import Glass from './Glass.svelte';
import GradientFlow from './GradientFlow.svelte';
import KernelRack from './KernelRack.svelte';
import PerClass from './PerClass.svelte';
import PredictionStrip from './PredictionStrip.svelte';
import Worst from './Worst.svelte';

let made: Record<string, unknown>;
beforeEach(() => {
  recordCanvases();
  locale.language = 'en';
});
afterEach(async () => {
  await unmount(made);
  vi.restoreAllMocks();
});

// eslint-disable-next-line @typescript-eslint/no-explicit-any
function show<C extends Component<any>>(component: C, props: ComponentProps<C>): void {
  made = mount(component, { target: document.body, props });
  flushSync();
}
const one = (selector: string) => document.body.querySelector(selector) as HTMLElement;
const all = (selector: string) => [...document.body.querySelectorAll<HTMLElement>(selector)];
const texts = (selector: string) => all(selector).map((each) => each.textContent?.trim());
function press(element: HTMLElement, key: string): void {
  element.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
  flushSync();
}
function choose(select: HTMLElement, value: string): void {
  (select as HTMLSelectElement).value = value;
  select.dispatchEvent(new Event('change', { bubbles: true }));
  flushSync();
}

const theme = 'light' as const;
const classes = ['cat', 'dog'];
const matrix = [
  [8, 2],
  [1, 4],
];
const before = [
  [5, 5],
  [0, 5],
];
const thumbnail = (id: number) => `/picture/${id}`;

describe('the confusion matrix', () => {
  const onpick = vi.fn();
  beforeEach(() => {
    onpick.mockClear();
    show(Confusion, { matrix, before, classes, step: 9, theme, picked: null, onpick });
  });

  it('says of each cell what it is, what it is taken for, and how often', () => {
    expect(all('[data-cell]').map((cell) => cell.getAttribute('aria-label'))).toEqual([
      'cat, taken for cat: 8, right',
      'cat, taken for dog: 2',
      'dog, taken for cat: 1',
      'dog, taken for dog: 4, right',
    ]);
  });

  it('tells which cell was pressed, true class first', () => {
    one('[data-cell="0 1"]').click();
    expect(onpick.mock.calls).toEqual([[0, 1]]);
  });

  it('shows shares of rows and changes, with the numbers of their colours', () => {
    choose(one('select'), 'share');
    expect(texts('[data-cell]')).toEqual(['80', '20', '20', '80']);
    expect(one('.scale').getAttribute('aria-label')).toContain('0% … 100%');
    choose(one('select'), 'change');
    expect(texts('[data-cell]')).toEqual(['+3', '−3', '+1', '−1']);
    expect(one('.scale').getAttribute('aria-label')).toContain('−3 … +3');
  });

  it('has one tab stop that the arrows move', () => {
    const stops = () => all('[data-cell][tabindex="0"]').map((cell) => cell.dataset['cell']);
    expect(stops()).toEqual(['0 0']);
    press(one('[data-cell="0 0"]'), 'ArrowRight');
    expect(stops()).toEqual(['0 1']);
    expect(document.activeElement).toBe(one('[data-cell="0 1"]'));
  });
});

describe('accuracy per class', () => {
  it('writes the share of each class, worst first where that is asked', () => {
    show(PerClass, { matrix, before, classes, step: 9 });
    expect(texts('[data-recall]')).toEqual(['80.0%', '80.0%']);
    expect(all('.bar .tick').map((tick) => tick.style.left)).toEqual(['50%', '100%']);
    one('button').click();
    flushSync();
    expect(texts('tbody th')).toEqual(['cat', 'dog']);
  });
});

describe('guesses', () => {
  const worst = [
    { id: 4, label: 0, guess: 1, probability: 0.01, loss: 4.6 },
    { id: 7, label: 1, guess: 0, probability: 0.2, loss: 1.6 },
  ];

  const evaluation = {
    type: 'evaluation',
    step: 9,
    epoch: 1,
    part: 'validation',
    loss: 1,
    accuracy: 0.8,
    confusion: matrix,
    worst,
    embedding: null,
    strip: [],
    wrong: [
      [4, 0, 1],
      [7, 1, 0],
      [5, 0, 1],
    ],
    right: [[3, 0, 0]],
  } as const;

  it('name what is wrong, how sure, and show the picture', () => {
    show(Worst, { evaluation, classes, picked: null, thumbnail, onclear: vi.fn() });
    expect(one('[data-picture]').getAttribute('aria-label')).toBe(
      'wrong: cat taken for dog; cat 1.0%; loss 4.60',
    );
    expect(all('img').map((image) => image.getAttribute('src'))).toEqual([
      '/picture/4',
      '/picture/7',
    ]);
  });

  it('of one cell are those alone, and can be left', () => {
    const onclear = vi.fn();
    show(Worst, { evaluation, classes, picked: [0, 1], thumbnail, onclear });
    expect(all('[data-picture]').map((each) => each.dataset['picture'])).toEqual(['4', '5']);
    expect(document.body.textContent).toContain('2 of 2 pictures');
    one('p button').click();
    expect(onclear).toHaveBeenCalledOnce();
  });

  it('of a right cell are some of it, and their number is told', () => {
    show(Worst, { evaluation, classes, picked: [0, 0], thumbnail, onclear: vi.fn() });
    expect(all('[data-picture]').map((each) => each.dataset['picture'])).toEqual(['3']);
    expect(document.body.textContent).toContain('1 of 8 pictures');
  });

  it('of a cell without any say so', () => {
    const none = { ...evaluation, confusion: [[8, 0]], wrong: [] };
    show(Worst, { evaluation: none, classes, picked: [0, 1], thumbnail, onclear: vi.fn() });
    expect(document.body.textContent).toContain('No picture is of this kind');
  });

  it('of the same pictures mark right, wrong and changed by words', () => {
    const strip = worst.map((each) => ({ ...each, guess: 0 }));
    show(PredictionStrip, { strip, before: worst, classes, thumbnail: () => null });
    expect(texts('.guess')).toEqual(['✓ cat', '✗ cat']);
    expect(texts('.changed')).toEqual(['new']);
    expect(all('img')).toEqual([]);
  });
});

describe('gradient flow', () => {
  const layers = {
    names: ['conv1', 'dense'],
    step: Float64Array.of(1, 2, 3),
    gradient: [Float64Array.of(0.1, 0.2, 0.3), Float64Array.of(0, 0, NaN)],
    weight: [Float64Array.of(2, 2, 2), Float64Array.of(4, 4, 4)],
    update: [Float64Array.of(0.002, 0.002, 0.002), Float64Array.of(0, 0, 0.0000004)],
  };
  const oncursor = vi.fn();

  it('writes every number of every layer at the cursor', () => {
    show(GradientFlow, { layers, span: null, cursor: 2, theme, oncursor });
    expect(texts('[data-flow=gradient]')).toEqual(['0.20', '0']);
    expect(texts('[data-flow=ratio]')).toEqual(['0.0010', '0']);
  });

  it('says in words where a layer hardly moves', () => {
    show(GradientFlow, { layers, span: null, cursor: null, theme, oncursor });
    expect(texts('[data-flow=ratio]')[1]).toContain('the layer hardly moves');
    expect(texts('[data-flow=ratio]')[0]).not.toContain('moves');
  });

  it('is walked by step and by layer, and says where', () => {
    oncursor.mockClear();
    show(GradientFlow, { layers, span: null, cursor: 2, theme, oncursor });
    const strip = one('[role=slider]');
    press(strip, 'ArrowRight');
    expect(oncursor.mock.calls).toEqual([[3]]);
    press(strip, 'ArrowDown');
    expect(strip.getAttribute('aria-valuetext')).toBe('dense; step 2: 0');
    choose(one('select'), 'ratio');
    press(strip, 'ArrowUp');
    expect(strip.getAttribute('aria-valuetext')).toBe('conv1; step 2: 0.00100');
  });
});

describe('activation health', () => {
  const nodes = [
    { node: 'relu1', dead: 0.25, saturated: null, mean: 0.5, std: 1.5 },
    { node: 'tanh1', dead: 0, saturated: 0.9, mean: 0, std: 1 },
  ];

  it('writes shares in percent, and a dash where nothing is measured', () => {
    const health = [{ step: 10, nodes }];
    show(ActivationHealth, {
      health,
      span: null,
      cursor: null,
      last: 20,
      theme,
      oncursor: vi.fn(),
    });
    expect(texts('[data-health=dead]')).toEqual(['25.0%', '0%']);
    expect(texts('[data-health=saturated]')).toEqual(['–', '90.0%']);
    expect(texts('[data-health=std]')).toEqual(['1.50', '1.00']);
    expect(document.body.textContent).toContain('evaluated at step 10');
  });
});

describe('one weight under the glass', () => {
  const glass: GlassNumbers = {
    name: 'conv1.weight',
    index: 4,
    value: 0.5,
    gradient: -0.2,
    state: {},
    rate: 0.1,
    update: 0.02,
    next: 0.52,
    rule: 'sgd',
    done: true,
  };
  const parameters = [{ name: 'conv1.weight', shape: [2, 1, 3, 3] }];
  const rule = { momentum: 0, decay: 0 };

  it('shows the numbers and works the update out', () => {
    show(Glass, { glass, parameters, chosen: glass, step: 3, rule, onpick: vi.fn() });
    expect(texts('[data-glass="w"]')).toEqual(['0.5']);
    expect(texts('[data-line="Δw"]')).toEqual(['= 0.02000']);
    expect(texts('[data-line="w′"]')).toEqual(['= 0.5200']);
  });

  it('is chosen by its place along each side', () => {
    const onpick = vi.fn();
    show(Glass, { glass, parameters, chosen: glass, step: 3, rule, onpick });
    expect(all('input').map((input) => (input as HTMLInputElement).value)).toEqual([
      '0',
      '0',
      '1',
      '1',
    ]);
    const output = one('[data-side="0"]') as HTMLInputElement;
    output.value = '7';
    output.dispatchEvent(new Event('change', { bubbles: true }));
    expect(onpick.mock.calls).toEqual([['conv1.weight', 13]]);
  });

  it('says that a weight without a gradient is frozen', () => {
    const frozen = { ...glass, gradient: null, update: null, next: null };
    show(Glass, { glass: frozen, parameters, chosen: glass, step: 3, rule, onpick: vi.fn() });
    expect(document.body.textContent).toContain('frozen');
    expect(texts('[data-glass="g"]')).toEqual(['–']);
  });

  it('asks for a choice before there is one', () => {
    show(Glass, { glass: null, parameters, chosen: null, step: null, rule, onpick: vi.fn() });
    expect(document.body.textContent).toContain('Choose a weight');
  });
});

describe('features in two dimensions', () => {
  it('are walked with the arrows, each with its class, place and picture', () => {
    const points = [
      [0, 0],
      [2, 0.5],
    ] as const;
    const embedding = { ids: [11, 12], labels: [0, 1], points };
    show(Features, { embedding, classes, step: 5, theme, thumbnail });
    const plane = one('[role=slider]');
    press(plane, 'ArrowRight');
    expect(plane.getAttribute('aria-valuetext')).toBe('cat: 0, 0');
    press(plane, 'ArrowRight');
    expect(plane.getAttribute('aria-valuetext')).toBe('dog: 2.00, 0.500');
    expect(one('img').getAttribute('src')).toBe('/picture/12');
    expect(texts('li')).toEqual(['cat', 'dog']);
  });
});

describe('the rack of kernels', () => {
  const tensor = (shape: readonly number[], values: readonly number[]): Tensor => ({
    dtype: 'F32',
    shape,
    data: Float32Array.from(values),
  });
  const weights = new Map([
    ['conv.weight', tensor([1, 1, 2, 2], [0.5, -1, 0, 0.25])],
    ['conv.bias', tensor([1], [3])],
  ]);
  const past = new Map([['conv.weight', tensor([1, 1, 2, 2], [0.5, -2, 0, 0])]]);
  const ends = () => [one('.legend .legend').dataset['lo'], one('.legend .legend').dataset['hi']];

  it('colours now and before by the same ends, the difference by its own', () => {
    show(KernelRack, { weights, before: past, theme });
    expect(texts('option')).toEqual(['conv']);
    expect(one('[data-drift]').dataset['drift']).toBe('0.3125');
    expect(ends()).toEqual(['-2', '2']);
    const [, then, difference] = all('[role=group] button');
    then?.click();
    flushSync();
    expect(ends()).toEqual(['-2', '2']);
    difference?.click();
    flushSync();
    expect(ends()).toEqual(['-1', '1']);
  });

  it('says the weight at the cursor and puts it under the glass', () => {
    const onglass = vi.fn();
    show(KernelRack, { weights, before: past, theme, onglass });
    const rack = one('[role=slider]');
    for (const key of ['ArrowRight', 'ArrowRight', 'Enter']) press(rack, key);
    expect(rack.getAttribute('aria-valuetext')).toBe('output 0, input 0, row 0, column 1: −1.00');
    expect(onglass.mock.calls).toEqual([['conv.weight', 1]]);
  });

  it('says that the weights of before are not known', () => {
    show(KernelRack, { weights, before: null, theme });
    all('[role=group] button')[1]?.click();
    flushSync();
    expect(document.body.textContent).toContain('are not known');
  });
});
