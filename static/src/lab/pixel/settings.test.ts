import { describe, expect, it } from 'vitest';
import { cornerOf, repainted, withEdit } from './settings';

describe('a repainted picture', () => {
  const planes = { data: Float64Array.of(1, 2, 3), channels: 3, height: 1, width: 1 };

  it('has the last byte of each number, and the others as they were', () => {
    const edits = withEdit(withEdit(withEdit([], 1, 9), 2, 8), 1, 7);
    expect(edits).toEqual([2, 8, 1, 7]);
    expect([...repainted(planes, edits).data]).toEqual([1, 7, 8]);
    expect([...planes.data]).toEqual([1, 2, 3]);
  });

  it('takes no number that it does not have', () => {
    expect([...repainted(planes, [3, 5, -1, 5, 0.5, 5]).data]).toEqual([1, 2, 3]);
  });

  it('gives up the oldest of more than 60 numbers', () => {
    let edits: readonly number[] = [];
    for (let i = 0; i < 61; i++) edits = withEdit(edits, i, 0);
    expect([edits.length, edits[0]]).toEqual([120, 1]);
  });
});

describe('the part in numbers', () => {
  it('stays in the picture', () => {
    expect([cornerOf(0, 12, 64), cornerOf(30, 12, 64), cornerOf(63, 12, 64)]).toEqual([0, 24, 52]);
    expect(cornerOf(5, 12, 8)).toBe(0);
  });
});
