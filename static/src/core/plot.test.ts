import { describe, expect, it } from 'vitest';
import { pathThrough, plotScale, sampled } from './plot';

const unit = { lo: 0, hi: 1, isLog: false };
// Margins are 40 and 12 across, 8 and 22 down.
const scale = plotScale(152, 80, unit, { lo: -1, hi: 1, isLog: false });

describe('a plot', () => {
  it('has its low end at the left and at the foot', () => {
    expect([scale.x(0), scale.x(1), scale.y(-1), scale.y(1)]).toEqual([40, 140, 58, 8]);
  });

  it('reads a pixel back as the value that is drawn there, and stops at its ends', () => {
    expect(scale.xAt(scale.x(0.3))).toBeCloseTo(0.3, 12);
    expect([scale.xAt(0), scale.xAt(1000)]).toEqual([0, 1]);
  });

  it('takes a function at both ends of the axis', () => {
    expect(sampled((x) => x * x, { lo: -1, hi: 2, isLog: false }, 4)).toEqual([
      [-1, 1],
      [0, 0],
      [1, 1],
      [2, 4],
    ]);
  });

  it('breaks a path where a value is no number', () => {
    const path = pathThrough(
      [
        [0, 0],
        [0.1, NaN],
        [0.2, 1],
        [0.3, Infinity],
        [1, -1],
      ],
      scale,
    );
    expect(path).toBe('M40.0 33.0M60.0 8.0M140.0 58.0');
  });

  it('keeps a line that leaves the plot within what can be drawn', () => {
    expect(
      pathThrough(
        [
          [0, 0],
          [1, -1e12],
        ],
        scale,
      ),
    ).toBe('M40.0 33.0L140.0 4000.0');
  });
});
