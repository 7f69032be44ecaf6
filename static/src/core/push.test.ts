import { describe, expect, it } from 'vitest';
import { coverOf, pushWindow } from './push';
import type { WindowGeometry } from './types';

const makeWindow = (kernel: number, stride: number, padding: number, mixes = true) => ({
  shape: [4, 0, 0] as number[],
  geometry: {
    kind: 'window',
    kernel: [kernel, kernel],
    stride: [stride, stride],
    padding: [
      [padding, padding],
      [padding, padding],
    ],
    dilation: [1, 1],
    groups: 1,
    out: 4,
    mixes,
    ...(mixes ? {} : { mode: 'max' as const }),
  } satisfies WindowGeometry,
});
const INPUT = [[4, 8, 8]];
const sized = (node: ReturnType<typeof makeWindow>, size: number) => ({
  ...node,
  shape: [4, size, size],
});

describe('coverOf', () => {
  it('says the rows and columns of a window, half-open', () => {
    expect(coverOf(makeWindow(3, 1, 0), [0, 2, 4], INPUT)).toEqual({ y: [2, 5], x: [4, 7] });
  });
});

describe('pushWindow', () => {
  const conv = sized(makeWindow(3, 1, 0), 6);

  it('leaves the window where it is while the pointer is inside', () => {
    expect(pushWindow(conv, INPUT, { c: 0, y: 2, x: 4 }, { y: 4, x: 6 })).toEqual({ y: 2, x: 4 });
  });

  it('moves no further than needed to take the pointer in', () => {
    expect(pushWindow(conv, INPUT, { c: 0, y: 2, x: 4 }, { y: 5, x: 3 })).toEqual({ y: 3, x: 3 });
  });

  it('moves by the stride of a pooling', () => {
    const pool = sized(makeWindow(2, 2, 0, false), 4);
    expect(pushWindow(pool, INPUT, { c: 1, y: 0, x: 0 }, { y: 7, x: 3 })).toEqual({ y: 3, x: 1 });
  });

  it('comes as near as it can to cells that no window covers', () => {
    const strided = sized(makeWindow(1, 3, 0), 3);
    expect(pushWindow(strided, INPUT, { c: 0, y: 0, x: 0 }, { y: 5, x: 7 })).toEqual({
      y: 2,
      x: 2,
    });
  });
});
