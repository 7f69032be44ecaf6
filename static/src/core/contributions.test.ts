import { describe, expect, it } from 'vitest';
import { makeNode, NODES } from '../../tests/network';
import {
  channelSums,
  denseAfter,
  flattenBefore,
  productsOf,
  spanOf,
  waterfallOf,
} from './contributions';
import type { NodeInfo } from './types';

const unit = {
  values: Float32Array.from([1, 2, 0, -3]),
  weights: [0.5, -2, 9, 1],
  bias: 0.25,
};

describe('waterfallOf', () => {
  // 0.5 - 4 + 0 - 3 = -6.5 and the bias makes -6.25.
  const found = waterfallOf(unit, 2);

  it('takes the largest products, whatever their sign', () => {
    expect(found.largest.map(({ index, product }) => [index, product])).toEqual([
      [1, -4],
      [3, -3],
    ]);
    expect(found.rest).toMatchObject({ count: 2, product: 0.5 });
  });

  it('goes from zero to the value without a gap', () => {
    const steps = [...found.largest, found.rest, found.bias];
    expect(steps[0]?.from).toBe(0);
    steps.slice(1).forEach((step, i) => expect(step.from).toBe(steps[i]?.to));
    expect(found.bias.to).toBe(-6.25);
    expect(found.total).toBe(-6.25);
    expect(found.dot).toBe(-6.5);
  });

  it('says what speaks for and against', () => {
    expect([found.positive, found.negative]).toEqual([0.5, -7]);
  });

  it('has an empty rest where every product is shown', () => {
    expect(waterfallOf(unit, 9).rest).toMatchObject({ count: 0, product: 0 });
  });

  it('spans all that it passes, and zero', () => {
    expect(spanOf(found)).toEqual([-7, 0]);
  });
});

describe('channelSums', () => {
  it('adds up the products of each channel', () => {
    expect([...channelSums(productsOf(unit), [2, 1, 2])]).toEqual([-3.5, -3]);
  });
});

describe('the flattening of a dense layer', () => {
  const flat = NODES.find(({ id }) => id === 'flat') as NodeInfo;
  const drop = makeNode({
    id: 'drop',
    op: 'dropout',
    inputs: ['flat'],
    shape: [36],
    geometry: { kind: 'cell', function: 'dropout' },
  });
  const first = makeNode({
    id: 'first',
    op: 'dense',
    inputs: ['drop'],
    shape: [5],
    geometry: { kind: 'dense', in: 36, out: 5 },
  });
  const second = { ...first, id: 'second', inputs: ['first'], geometry: first.geometry };
  const nodes = new Map([flat, drop, first, second].map((node) => [node.id, node]));

  it('is found through dropout, and from both sides', () => {
    expect(flattenBefore(nodes, first)?.id).toBe('flat');
    expect(denseAfter(nodes, flat)?.id).toBe('first');
  });

  it('is none where another dense layer lies between', () => {
    expect(flattenBefore(nodes, second)).toBe(null);
  });

  it('is none in a network without one', () => {
    expect(denseAfter(new Map([['flat', flat]]), flat)).toBe(null);
  });
});
