import { describe, expect, it } from 'vitest';
import { decodeSettings, encodeSettings } from '../../core/settings';
import { DRAWN, functionOf, slopesThrough } from './functions';
import { layersOf } from './layers';
import { ACTIVATION_TABLE } from './settings';
import type { NodeInfo } from '../../core/types';

describe('the functions of the bench', () => {
  it('are all known, each with its usual settings', () => {
    expect(DRAWN.map(({ id }) => functionOf(id)?.value(2)).every(Number.isFinite)).toBe(true);
  });

  it('leave the identity as it is on both sides', () => {
    const identity = functionOf('identity');
    expect([-3, 0, 3].map((x) => identity?.value(x))).toEqual([-3, 0, 3]);
    expect([-3, 3].map((x) => identity?.slope(x))).toEqual([1, 1]);
  });

  it('take the slope that is set', () => {
    expect(functionOf('prelu', { weight: 0.5 })?.slope(-1)).toBe(0.5);
  });

  it('vanish by a quarter a layer under sigmoid at 0', () => {
    const slope = functionOf('sigmoid')?.slope(0) ?? NaN;
    expect(slopesThrough(slope, 8).at(-1)).toBeCloseTo(0.25 ** 8, 15);
  });

  it('may all be taken away, and the address says so', () => {
    const text = encodeSettings(ACTIVATION_TABLE, decodeSettings(ACTIVATION_TABLE, 'f:-'));
    expect(text).toBe('f:-');
    expect(decodeSettings(ACTIVATION_TABLE, 'f:gelu/nothing').f).toEqual(['gelu']);
  });
});

describe('the layers of a network', () => {
  const base = { label: '', shape: [2], parameters: 0, weights: {}, note: '', block: 0 };
  const node = (id: string, geometry: NodeInfo['geometry']): NodeInfo => ({
    ...base,
    id,
    op: 'activation',
    inputs: ['conv'],
    geometry,
  });

  it('are those whose function is known, with their settings', () => {
    const leaky = { kind: 'cell', function: 'leaky_relu', negative_slope: 0.2 } as const;
    const found = layersOf([node('a', leaky), node('b', { kind: 'cell', function: 'own' })]);
    expect(found).toEqual([{ id: 'a', input: 'conv', function: 'leaky_relu', settings: leaky }]);
  });
});
