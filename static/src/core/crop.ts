/** The square of the picture that the network gets: moved and sized, always inside the picture. */
import type { CropFacts } from './types';

export interface Square {
  x: number;
  y: number;
  side: number;
}

export interface Size {
  width: number;
  height: number;
}

/** A square is at least this many pixels, or the whole of a smaller picture. */
const SMALLEST_PX = 8;

export function squareOf(crop: CropFacts): Square {
  return { x: crop.x, y: crop.y, side: Math.min(crop.width, crop.height) };
}

/** The nearest whole square inside the picture. */
export function clampSquare({ x, y, side }: Square, { width, height }: Size): Square {
  const largest = Math.min(width, height);
  const size = Math.round(Math.min(largest, Math.max(Math.min(SMALLEST_PX, largest), side)));
  return {
    x: Math.round(Math.min(width - size, Math.max(0, x))),
    y: Math.round(Math.min(height - size, Math.max(0, y))),
    side: size,
  };
}

export function moveSquare(square: Square, dx: number, dy: number, size: Size): Square {
  return clampSquare({ ...square, x: square.x + dx, y: square.y + dy }, size);
}

/** Grows or shrinks about the middle. */
export function resizeSquare(square: Square, factor: number, size: Size): Square {
  const side = clampSquare({ ...square, side: square.side * factor }, size).side;
  const shift = (square.side - side) / 2;
  return clampSquare({ x: square.x + shift, y: square.y + shift, side }, size);
}

export function isSameSquare(a: Square, b: Square): boolean {
  return a.x === b.x && a.y === b.y && a.side === b.side;
}
