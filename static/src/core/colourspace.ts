/** Colours as numbers: sRGB bytes, ABGR words, linear light and Oklab. */

/** Three parts of a colour; red, green and blue from 0 to 255 where nothing else is said. */
export type Rgb = readonly [number, number, number];

export type Matrix = readonly [Rgb, Rgb, Rgb];

/** "#rrggbb" of an ABGR word. */
export function cssColour(word: number): string {
  return toHex(unpackRgb(word));
}

/** The word that a little-endian ImageData shows as this opaque colour. */
export function packRgb([r, g, b]: Rgb): number {
  return ((255 << 24) | (clamp(b) << 16) | (clamp(g) << 8) | clamp(r)) >>> 0;
}

export function unpackRgb(word: number): Rgb {
  return [word & 255, (word >>> 8) & 255, (word >>> 16) & 255];
}

export function parseHex(hex: string): Rgb {
  const word = Number.parseInt(hex.slice(1), 16);
  return [(word >>> 16) & 255, (word >>> 8) & 255, word & 255];
}

function toHex(rgb: Rgb): string {
  return `#${rgb.map((part) => clamp(part).toString(16).padStart(2, '0')).join('')}`;
}

function clamp(part: number): number {
  return Math.min(255, Math.max(0, Math.round(part)));
}

/** sRGB 0-255 -> linear light 0-1 (IEC 61966-2-1). */
export function toLinear([r, g, b]: Rgb): Rgb {
  return [linear(r), linear(g), linear(b)];
}

/** Linear light 0-1 -> sRGB 0-255, not rounded. */
export function fromLinear([r, g, b]: Rgb): Rgb {
  return [gamma(r), gamma(g), gamma(b)];
}

function linear(part: number): number {
  const s = part / 255;
  return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
}

function gamma(part: number): number {
  const c = Math.min(1, Math.max(0, part));
  return 255 * (c <= 0.0031308 ? c * 12.92 : 1.055 * c ** (1 / 2.4) - 0.055);
}

/** Matrix times colour. */
export function apply(matrix: Matrix, [x, y, z]: Rgb): Rgb {
  return matrix.map((row) => row[0] * x + row[1] * y + row[2] * z) as unknown as Rgb;
}

// Oklab: B. Ottosson, "A perceptual color space for image processing", 2020.
const TO_LMS: Matrix = [
  [0.4122214708, 0.5363325363, 0.0514459929],
  [0.2119034982, 0.6806995451, 0.1073969566],
  [0.0883024619, 0.2817188376, 0.6299787005],
];
const LMS_TO_LAB: Matrix = [
  [0.2104542553, 0.793617785, -0.0040720468],
  [1.9779984951, -2.428592205, 0.4505937099],
  [0.0259040371, 0.7827717662, -0.808675766],
];
const LAB_TO_LMS: Matrix = [
  [1, 0.3963377774, 0.2158037573],
  [1, -0.1055613458, -0.0638541728],
  [1, -0.0894841775, -1.291485548],
];
const FROM_LMS: Matrix = [
  [4.0767416621, -3.3077115913, 0.2309699292],
  [-1.2684380046, 2.6097574011, -0.3413193965],
  [-0.0041960863, -0.7034186147, 1.707614701],
];

/** sRGB 0-255 -> Oklab (L, a, b). */
export function toOklab(rgb: Rgb): Rgb {
  return apply(LMS_TO_LAB, apply(TO_LMS, toLinear(rgb)).map(Math.cbrt) as unknown as Rgb);
}

/** Oklab -> sRGB 0-255, clipped to the gamut, not rounded. */
export function fromOklab(lab: Rgb): Rgb {
  const lms = apply(LAB_TO_LMS, lab).map((part) => part ** 3) as unknown as Rgb;
  return fromLinear(apply(FROM_LMS, lms));
}
