import { describe, expect, it } from 'vitest';
import { makeNode } from '../../tests/network';
import { channelNorm, lineOf, normalise } from './batchNorm';

const norm = { mean: 2, variance: 8.75, weight: 3, bias: -1, eps: 0.25 };

describe('normalise', () => {
  it('takes off the mean, divides by the deviation, scales and shifts', () => {
    // sqrt(9) = 3: (5 - 2) / 3 = 1, and 1 * 3 - 1 = 2.
    expect(normalise(norm, 5)).toEqual({ centred: 3, deviation: 3, standard: 1, value: 2 });
  });

  it('is a straight line', () => {
    const { scale, shift } = lineOf(norm);
    for (const x of [-4, 0, 7]) {
      expect(scale * x + shift).toBeCloseTo(normalise(norm, x).value, 12);
    }
  });
});

describe('channelNorm', () => {
  const node = makeNode({
    id: 'norm',
    geometry: { kind: 'cell', function: 'batch_norm', eps: 0.001 },
    weights: { weight: 'n.weight', bias: 'n.bias', running_mean: 'n.mean', running_var: 'n.var' },
  });
  const numbers: Record<string, number[]> = {
    ...{ 'n.weight': [1, 3], 'n.bias': [0, -1] },
    ...{ 'n.mean': [0, 2], 'n.var': [1, 9] },
  };

  it('reads the numbers of its own channel', () => {
    expect(channelNorm(node, 1, (name) => numbers[name])).toEqual({
      ...{ mean: 2, variance: 9, weight: 3, bias: -1, eps: 0.001 },
    });
  });

  it('of a layer that learns no scale multiplies by 1 and adds 0', () => {
    const weights = { running_mean: 'n.mean', running_var: 'n.var' };
    const found = channelNorm({ ...node, weights }, 0, (name) => numbers[name]);
    expect(found).toMatchObject({ weight: 1, bias: 0 });
  });

  it('is missing until the numbers are here', () => {
    expect(channelNorm(node, 0, () => undefined)).toBe(null);
  });

  it('does not exist where the batch’s own statistics are used', () => {
    const other = { ...node, geometry: { kind: 'other' as const, function: 'group_norm' } };
    expect(channelNorm(other, 0, (name) => numbers[name])).toBe(null);
  });
});
