import { describe, expect, it } from 'vitest';
import { finderCurve } from './finder';

describe('the curve of the finder', () => {
  it('gives every power of ten the same room, the lowest loss at the foot', () => {
    const points = [
      [1e-4, 2],
      [1e-3, 1],
      [1e-2, 2],
    ] as const;
    const curve = finderCurve({ points, steepest: 1e-3 }, 200, 100);
    expect(curve).toEqual({
      path: 'M0.0 0.0L100.0 100.0L200.0 0.0',
      steepest: 100,
      rates: [1e-4, 1e-2],
    });
  });

  it('breaks where the loss was not a number', () => {
    const points = [
      [1e-4, 2],
      [1e-3, null],
      [1e-2, 1],
    ] as const;
    expect(finderCurve({ points, steepest: null }, 200, 100)?.path).toBe('M0.0 0.0M200.0 100.0');
  });

  it('keeps a loss that explodes inside the drawing', () => {
    const points = [
      [1e-4, 1],
      [1e-3, 2.5],
      [1e-2, 1e9],
    ] as const;
    expect(finderCurve({ points, steepest: null }, 100, 90)?.path).toBe(
      'M0.0 90.0L50.0 45.0L100.0 0.0',
    );
  });

  it.each([
    ['nothing', []],
    ['one rate', [[1e-3, 1]]],
    [
      'no loss',
      [
        [1e-3, null],
        [1e-2, null],
      ],
    ],
  ] as const)('is none of %s', (_, points) => {
    expect(finderCurve({ points, steepest: null }, 100, 100)).toBeNull();
  });
});
