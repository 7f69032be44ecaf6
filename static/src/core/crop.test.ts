import { describe, expect, it } from 'vitest';
import { clampSquare, moveSquare, resizeSquare, squareOf } from './crop';

const picture = { width: 600, height: 400 };

describe('the crop square', () => {
  it('never leaves the picture', () => {
    expect(moveSquare({ x: 500, y: 300, side: 100 }, 50, 50, picture)).toEqual({
      x: 500,
      y: 300,
      side: 100,
    });
    expect(moveSquare({ x: 3, y: 3, side: 100 }, -10, -10, picture)).toEqual({
      x: 0,
      y: 0,
      side: 100,
    });
  });

  it('grows about its middle until the shorter side of the picture', () => {
    const grown = resizeSquare({ x: 250, y: 150, side: 100 }, 2, picture);
    expect(grown).toEqual({ x: 200, y: 100, side: 200 });
    expect(resizeSquare(grown, 10, picture)).toEqual({ x: 100, y: 0, side: 400 });
  });

  it('stays a square of whole pixels in a picture smaller than the smallest square', () => {
    expect(clampSquare({ x: 0.4, y: 2, side: 20 }, { width: 3, height: 5 })).toEqual({
      x: 0,
      y: 2,
      side: 3,
    });
  });

  it('is the largest square of what the server used', () => {
    expect(squareOf({ x: 100, y: 0, width: 400, height: 400 })).toEqual({
      x: 100,
      y: 0,
      side: 400,
    });
  });
});
