import { describe, expect, it } from 'vitest';
import { ratePath } from './rate';

const BOX = { width: 100, height: 40 };

describe('ratePath', () => {
  it('goes from the first step to the last, 0 below and the highest rate on top', () => {
    const points = [
      [1, 0],
      [51, 0.2],
      [101, 0.1],
    ] as const;
    expect(ratePath(points, BOX)).toBe('M0.0,40.0L50.0,0.0L100.0,20.0');
  });

  it('is empty without points, and flat where the rate is 0', () => {
    expect(ratePath([], BOX)).toBe('');
    expect(ratePath([[5, 0]], BOX)).toBe('M0.0,40.0');
  });
});
