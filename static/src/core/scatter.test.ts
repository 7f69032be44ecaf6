import { describe, expect, it } from 'vitest';
import { classMark, movedPoint, nearestPoint, reach, type XY } from './scatter';

const points: XY[] = [
  [0, 0],
  [1, 0.1],
  [0.2, 2],
  [-3, -0.1],
];

describe('points of features', () => {
  it('lie in a square with round ends that holds them all', () => {
    expect(reach(points)).toBe(3);
    expect(reach([[0.013, -0.0712]])).toBe(0.08);
    expect(reach([])).toBe(1);
    expect(reach([[NaN, 1]])).toBe(1);
  });

  it('are told apart by colour and shape for 35 classes', () => {
    const marks = Array.from({ length: 35 }, (_, i) => JSON.stringify(classMark(i)));
    expect(new Set(marks).size).toBe(35);
  });

  it('are found by their distance', () => {
    expect(nearestPoint(points, [0.9, 0])).toBe(1);
    expect(nearestPoint(points, [50, 50], 3)).toBe(-1);
    expect(nearestPoint([], [0, 0])).toBe(-1);
  });

  it.each([
    ['ArrowRight', 1],
    ['ArrowUp', 2],
    ['ArrowLeft', 3],
    ['ArrowDown', 0],
  ])('are walked with %s', (key, index) => {
    expect(movedPoint(key, points, 0)).toBe(index);
  });

  it('are begun with any arrow, and left alone by other keys', () => {
    expect(movedPoint('ArrowUp', points, -1)).toBe(0);
    expect(movedPoint('Enter', points, 0)).toBeNull();
  });
});
