import { describe, expect, it } from 'vitest';
import { changeAt, coneOf, fieldByFormula, layersOf, sizesOf, spanOf } from './settings';

describe('a stack of layers', () => {
  it('of three 3 x 3 sees 7 cells, and every row of the cone is 2 wider', () => {
    const layers = layersOf([3, 1, 3, 1, 3, 1]);
    expect(sizesOf(layers)).toEqual([31, 31, 31, 31]);
    const widths = coneOf(layers, 15).map(([from, to]) => to - from);
    expect(widths).toEqual([7, 5, 3, 1]);
  });

  it.each([[[3, 2, 3, 1]], [[7, 2, 3, 2, 3, 1]], [[1, 1, 5, 3]], [[3, 1]]])(
    'of kernels and strides %j sees as much as the formula says and the numbers show',
    (l) => {
      const layers = layersOf(l);
      const at = Math.floor((sizesOf(layers).at(-1) as number) / 2);
      const [from, to] = spanOf(layers, at);
      expect(to - from).toBe(fieldByFormula(layers));
      expect(changeAt(layers, at, from - 1)).toBe(0);
      expect(changeAt(layers, at, to)).toBe(0);
      expect(changeAt(layers, at, from)).toBeGreaterThan(0);
      expect(changeAt(layers, at, to - 1)).toBeGreaterThan(0);
    },
  );

  it('has kernels from 1 to 7 and strides from 1 to 4 whatever the address says', () => {
    expect(layersOf([99, 0]).map(({ kernel, stride }) => [kernel, stride])).toEqual([[7, 1]]);
    expect(layersOf([])).toHaveLength(1);
  });
});
