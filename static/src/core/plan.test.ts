import { describe, expect, it } from 'vitest';
import {
  frozenNames,
  layerAt,
  learners,
  movedPath,
  newLayer,
  trainable,
  withInserted,
  withLayer,
  withMoved,
  withoutLayer,
  type Layers,
  type Path,
  type PlanRow,
} from './plan';

const a = { kind: 'conv', name: 'a' };
const b = { kind: 'activation', name: 'b' };
const x = { kind: 'conv', name: 'x' };
const y = { kind: 'norm', name: 'y' };
const block = { kind: 'residual', layers: [x, y] };
const LAYERS: Layers = [a, block, b];

/** The names in order, a block's in brackets. */
const spelled = (layers: Layers): string =>
  layers.map(({ name, layers: inner }) => (inner ? `[${spelled(inner)}]` : name)).join(' ');

describe('a list of layers', () => {
  it('is read at any depth', () => {
    expect(layerAt(LAYERS, [2])).toBe(b);
    expect(layerAt(LAYERS, [1, 1])).toBe(y);
    expect(layerAt(LAYERS, [0, 4])).toBeUndefined();
  });

  it('is changed in a copy, at any depth', () => {
    const z = { kind: 'dropout', name: 'z' };
    expect(spelled(withLayer(LAYERS, [1, 0], z))).toBe('a [z y] b');
    expect(spelled(withInserted(LAYERS, [1, 2], z))).toBe('a [x y z] b');
    expect(spelled(withInserted(LAYERS, [0], z))).toBe('z a [x y] b');
    expect(spelled(withoutLayer(LAYERS, [1, 0]))).toBe('a [y] b');
    expect(spelled(withoutLayer(LAYERS, [1]))).toBe('a b');
    expect(spelled(LAYERS)).toBe('a [x y] b');
  });

  it.each<[Path, 1 | -1, string]>([
    [[0], 1, '[x y] a b'],
    [[2], -1, 'a b [x y]'],
    [[1, 0], 1, 'a [y x] b'],
    [[1, 0], -1, 'a x [y] b'],
    [[1, 1], 1, 'a [x] y b'],
    [[0], -1, 'a [x y] b'],
    [[2], 1, 'a [x y] b'],
  ])('moves the layer at %j by %i', (path, step, expected) => {
    const to = movedPath(LAYERS, path, step);
    const moved = withMoved(LAYERS, path, step);
    expect(spelled(moved)).toBe(expected);
    if (to) expect(layerAt(moved, to)).toBe(layerAt(LAYERS, path));
    else expect(moved).toBe(LAYERS);
  });

  it('gets new layers with the defaults of their kind, and no empty block', () => {
    const label = { en: '', zh: '' };
    const bounds = { low: 1, high: 31, choices: null, label };
    const settings = [{ name: 'kernel', type: 'integer' as const, default: 3, ...bounds }];
    expect(newLayer({ kind: 'conv', name: label, settings })).toEqual({ kind: 'conv', kernel: 3 });
    expect(newLayer({ kind: 'residual', name: label, settings: [] }).layers).toHaveLength(1);
  });
});

const row = (path: Path, name: string, kind: string, parameters: number): PlanRow => ({
  ...{ path, name, kind, parameters },
  ...{ shape: [1], macs: 0, receptive_field: null, problem: null },
});
/** A block of 20 learned numbers, 6 of them in the projection of its input. */
const ROWS = [
  row([0], 'conv1', 'conv', 10),
  row([1], 'block1', 'residual', 20),
  row([1, 0], 'block1.conv1', 'conv', 14),
  row([1, 1], 'block1.relu1', 'activation', 0),
  row([2], 'dense1', 'dense', 5),
];

describe('what learns', () => {
  it('counts every parameter once, the projection of a block on its own', () => {
    const all = learners(ROWS);
    expect(all.map(({ name }) => name)).toEqual([
      ...['conv1', 'block1.project', 'block1.conv1', 'dense1'],
    ]);
    expect(trainable(all, 'none')).toBe(35);
  });

  it.each([
    ['probe', 5, 'conv1 block1.project block1.conv1'],
    ['conv1', 25, 'conv1'],
    ['block1', 15, 'block1.project block1.conv1'],
    ['conv1, block1.conv1', 11, 'conv1 block1.conv1'],
    ['block', 35, ''],
    ['', 35, ''],
  ])('of "%s" leaves %i to learn', (freeze, left, frozen) => {
    const all = learners(ROWS);
    expect(trainable(all, freeze)).toBe(left);
    expect([...frozenNames(all, freeze)].join(' ')).toBe(frozen);
  });
});
