import { describe, expect, it } from 'vitest';
import { makeNode } from '../../tests/network';
import { poolShares } from './poolShares';
import type { WindowGeometry } from './types';

const GEOMETRY: WindowGeometry = {
  ...{ kind: 'window', kernel: [2, 2], stride: [2, 2], dilation: [1, 1], mixes: false },
  padding: [
    [0, 0],
    [0, 0],
  ],
  mode: 'max',
};
const input = makeNode({ id: 'in', shape: [2, 4, 4] });
const pool = makeNode({ id: 'pool', op: 'pool', shape: [2, 2, 2], geometry: GEOMETRY });
// Window by window: 4 wins; all zeros; a tie of 7; and 9 wins. The second channel comes first.
const values = Float32Array.from([
  ...Array<number>(16).fill(1),
  ...[1, 2, 0, 0],
  ...[3, 4, 0, 0],
  ...[7, 7, 8, 1],
  ...[0, 0, 9, 2],
]);

describe('poolShares', () => {
  it('of windows of two by two side by side is one winner of four', () => {
    expect(poolShares(pool, input, values, 1)).toEqual({ won: 4, cells: 16, tied: 2, windows: 4 });
  });

  it('counts a cell once that wins several windows', () => {
    const geometry = { ...GEOMETRY, kernel: [3, 3], stride: [1, 1] };
    // 8 wins both upper windows of three by three, 9 both lower ones.
    const found = poolShares({ ...pool, geometry }, input, values, 1);
    expect(found).toMatchObject({ won: 2, windows: 4 });
  });

  it('is not asked of an average', () => {
    const geometry = { ...GEOMETRY, mode: 'average' as const };
    expect(poolShares({ ...pool, geometry }, input, values, 0)).toBe(null);
  });
});
