import { describe, expect, it } from 'vitest';
import { composed, type Kernel } from './compose';
import { correlate, type Maps } from './correlate';
import { makeRandom, normal } from './random';

const random = makeRandom(9);
const draw = (count: number) => Array.from({ length: count }, () => normal(random));

function laid(input: Maps, { data, side }: Kernel): Maps {
  const axis = { kernel: side, stride: 1, padding: [0, 0] } as const;
  return correlate(input, { data, out: 1 }, [axis, axis]);
}

describe('two kernels in a row', () => {
  it.each([
    [3, 3],
    [3, 5],
    [1, 4],
    [2, 1],
  ])('of sides %i and %i are the one that is composed of them', (a, b) => {
    const input = { data: draw(144), channels: 1, height: 12, width: 12 };
    const kernel = (side: number): Kernel => ({ side, data: draw(side * side) });
    const [first, second] = [kernel(a), kernel(b)];
    const [two, one] = [laid(laid(input, first), second), laid(input, composed(first, second))];
    expect([one.height, one.width]).toEqual([two.height, two.width]);
    Array.from(two.data).forEach((value, i) => expect(one.data[i]).toBeCloseTo(value, 10));
  });
});
