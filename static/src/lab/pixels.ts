/** Values as the pixels of a picture. */
import { valueColours, type Palette, type Theme } from '../core/colour';
import type { Range } from '../core/types';

export type Pixels = Uint8ClampedArray<ArrayBuffer>;

/** RGBA, one pixel a value. */
export function palettePixels(
  values: ArrayLike<number>,
  palette: Palette,
  range: Range,
  theme: Theme,
): Pixels {
  const colour = valueColours(palette, range, theme);
  return new Uint8ClampedArray(Uint32Array.from(values, colour).buffer);
}

/** RGBA of brightness, 0 to 255. */
export function greyPixels(bytes: ArrayLike<number>): Pixels {
  const words = Uint32Array.from(bytes, (byte) => (255 << 24) | (byte * 0x010101));
  return new Uint8ClampedArray(words.buffer);
}
