import { describe, expect, it } from 'vitest';
import { activationOf, type Activation } from './activations';
import { curveOf } from './activationCurve';

const of = (name: string) => activationOf(name) as Activation;

describe('curveOf', () => {
  it('holds both ends of its range', () => {
    const { x, value, slope } = curveOf(of('relu'), [-2, 4], 7);
    expect([...x]).toEqual([-2, -1, 0, 1, 2, 3, 4]);
    expect([...value].map(Math.abs)).toEqual([0, 0, 0, 1, 2, 3, 4]);
    expect([...slope]).toEqual([0, 0, 0, 1, 1, 1, 1]);
  });

  it('names the flat stretches: below zero of ReLU, both ends of a sigmoid, none of leaky ReLU', () => {
    expect(curveOf(of('relu'), [-2, 4], 7).flat).toEqual([[-2, 0]]);
    expect(curveOf(of('sigmoid'), [-10, 10], 21).flat).toEqual([
      [-10, -5],
      [5, 10],
    ]);
    expect(curveOf(of('leaky_relu'), [-2, 4], 7).flat).toEqual([]);
  });
});
