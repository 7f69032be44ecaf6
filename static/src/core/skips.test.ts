import { describe, expect, it } from 'vitest';
import { arcsOf, partsOf } from './skips';

describe('arcsOf', () => {
  const order = ['input', 'relu', 'conv1', 'bn1', 'conv2', 'add'];

  it('names what each input passes by, on one line from the earliest', () => {
    expect(arcsOf(order, { id: 'add', inputs: ['conv2', 'relu'] })).toEqual([
      { input: 0, source: 'conv2', at: 0.75, passed: 0 },
      { input: 1, source: 'relu', at: 0, passed: 3 },
    ]);
  });

  it('of a value that is added to itself has the same arc twice', () => {
    const arcs = arcsOf(order, { id: 'add', inputs: ['conv2', 'conv2'] });
    expect(arcs.map(({ at }) => at)).toEqual([0, 0]);
  });
});

describe('partsOf', () => {
  it('lays the channels of the inputs side by side', () => {
    expect(partsOf([64, 128, 32], ['a', 'b', 'c']).map(({ from, to }) => [from, to])).toEqual([
      [0, 64],
      [64, 192],
      [192, 224],
    ]);
  });
});
