import { describe, expect, it } from 'vitest';
import { briefOf, keyOfPlace, linesOf } from './layerList';
import type { PlanRow } from './plan';

const row = (path: number[], kind: string): PlanRow => ({
  ...{ path, kind, name: kind, shape: null, parameters: 0, macs: 0 },
  ...{ receptive_field: null, problem: null },
});

describe('the lines of a network', () => {
  it('stand in order, those of a block behind it, each with its row', () => {
    const layers = [{ kind: 'residual', layers: [{ kind: 'conv' }] }, { kind: 'dense' }];
    const rows = [row([0], 'residual'), row([0, 0], 'conv'), row([1], 'dense')];
    const lines = linesOf(layers, rows);
    expect(lines.map(({ key }) => key)).toEqual(['0', '0.0', '1']);
    expect(lines.map((line) => line.row)).toEqual(rows);
  });

  it('never take the figures of another kind of layer', () => {
    const [line] = linesOf([{ kind: 'pool' }], [row([0], 'conv')]);
    expect(line?.row).toBeNull();
  });
});

describe('a layer in a few signs', () => {
  it.each([
    [{ kind: 'conv', kernel: 3, stride: 1 }, '3 × 3'],
    [{ kind: 'conv', kernel: 5, stride: 2 }, '5 × 5 / 2'],
    [{ kind: 'pool', kernel: 2, stride: 0 }, '2 × 2'],
    [{ kind: 'activation', function: 'relu' }, 'relu'],
    [{ kind: 'dropout', p: 0.5 }, '0.5'],
    [{ kind: 'flatten' }, ''],
  ])('%j is "%s"', (layer, expected) => {
    expect(briefOf(layer)).toBe(expected);
  });
});

describe('the place of a problem', () => {
  it.each([
    ['layers[3].kernel', '3'],
    ['layers[3].layers[0]', '3.0'],
    ['net', null],
  ])('%s is the line %s', (place, expected) => {
    expect(keyOfPlace(place)).toBe(expected);
  });
});
