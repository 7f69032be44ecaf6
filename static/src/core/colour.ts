/** Colour tables of the picture grammar. */

import type { Rgb } from './colourspace';
import { cssColour, fromOklab, packRgb, parseHex, toOklab } from './colourspace';
import type { Range } from './types';

export type { Rgb } from './colourspace';
export { cssColour, packRgb, parseHex, unpackRgb } from './colourspace';
export { contrast, luminance, simulateDeuteranopia } from './sight';

export type Theme = 'light' | 'dark';
export type Palette = 'activation' | 'weight' | 'logit' | 'grey' | 'viridis' | 'cividis';

export const TABLE_SIZE = 256;

/**
 * Colours from the low end to the high end, evenly spaced, mixed in Oklab; greys in sRGB, so that a
 * byte of a picture keeps its brightness. In a diverging pair the middle one is zero and equals the
 * paper, and the positive end stands further from the paper than the negative end, so that the sign
 * is also a difference of lightness.
 */
interface Ramp {
  diverging: boolean;
  srgb?: boolean;
  light: readonly string[];
  dark: readonly string[];
}

const PAPER: Record<Theme, string> = { light: '#fbfaf7', dark: '#15171a' };

// Viridis and cividis: matplotlib's tables (van der Walt and Smith 2015; Nunez et al. 2018) at
// evenly spaced places. Zero is not their paper, so light and dark paper share them.
const VIRIDIS =
  '#440154 #482475 #414487 #355f8d #2a788e #21918c #22a884 #44bf70 #7ad151 #bddf26 #fde725'.split(
    ' ',
  );
const CIVIDIS =
  '#00224e #123570 #3b496c #575d6d #707173 #8a8678 #a59c74 #c3b369 #e1cc55 #fee838'.split(' ');
const GREYS = ['#000000', '#ffffff'];

const RAMPS: Record<Palette, Ramp> = {
  activation: {
    diverging: true,
    light: ['#cc6606', '#f2b176', PAPER.light, '#76aad8', '#08326f'],
    dark: ['#a84a0c', '#5b2f0e', PAPER.dark, '#2a68aa', '#b8dbff'],
  },
  weight: {
    diverging: true,
    light: ['#b07c31', '#dec391', PAPER.light, '#66aea1', '#003d36'],
    dark: ['#93642c', '#4f3a20', PAPER.dark, '#1f6f66', '#8fe3d3'],
  },
  logit: {
    diverging: false,
    light: ['#fdeeda', '#fdbb74', '#f0802b', '#b94a0a', '#7a2a05'],
    dark: ['#2c1d12', '#7a3a0c', '#c4620f', '#f39a45', '#ffe0b8'],
  },
  grey: { diverging: false, srgb: true, light: GREYS, dark: GREYS },
  viridis: { diverging: false, light: VIRIDIS, dark: VIRIDIS },
  cividis: { diverging: false, light: CIVIDIS, dark: CIVIDIS },
};

const built = new Map<string, Uint32Array>();

/** True when the palette's middle means zero. */
export function isDiverging(palette: Palette): boolean {
  return RAMPS[palette].diverging;
}

/** 256 colours from the low end to the high end, as ABGR words for ImageData; built once, shared. */
export function colourTable(palette: Palette, theme: Theme): Uint32Array {
  const key = `${palette} ${theme}`;
  let table = built.get(key);
  if (!table) {
    table = buildTable(RAMPS[palette], theme);
    built.set(key, table);
  }
  return table;
}

function buildTable(ramp: Ramp, theme: Theme): Uint32Array {
  const [into, outOf] = ramp.srgb ? [same, same] : [toOklab, fromOklab];
  const stops = ramp[theme].map((hex) => into(parseHex(hex)));
  return Uint32Array.from({ length: TABLE_SIZE }, (_, i) => {
    const t = ramp.diverging ? divergingPlace(i) : i / (TABLE_SIZE - 1);
    return packRgb(outOf(mixStops(stops, t)));
  });
}

function same(rgb: Rgb): Rgb {
  return rgb;
}

/** Entries 127 and 128 are both zero: 256 has no middle, and zero must be the paper exactly. */
function divergingPlace(i: number): number {
  const half = TABLE_SIZE / 2;
  return i < half ? i / (half - 1) / 2 : 0.5 + (i - half) / (half - 1) / 2;
}

function mixStops(stops: readonly Rgb[], t: number): Rgb {
  const place = t * (stops.length - 1);
  const i = Math.min(Math.floor(place), stops.length - 2);
  const [a, b] = [stops[i] as Rgb, stops[i + 1] as Rgb];
  const part = place - i;
  return [a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part, a[2] + (b[2] - a[2]) * part];
}

/**
 * For every quantised byte of one map, the entry of a 256-entry table: byte 0 stands for own[0] and
 * 255 for own[1]; entry 0 stands for drawn[0] and 255 for drawn[1]. Values outside the drawn range
 * take the end's colour. A drawn range without width puts everything in the middle.
 */
export function quantLut(own: Range, drawn: Range, out = new Uint8Array(TABLE_SIZE)): Uint8Array {
  const width = drawn[1] - drawn[0];
  const top = TABLE_SIZE - 1;
  const first = width > 0 ? ((own[0] - drawn[0]) / width) * top : TABLE_SIZE / 2;
  const step = width > 0 ? (own[1] - own[0]) / width : 0;
  for (let byte = 0; byte < TABLE_SIZE; byte++) {
    out[byte] = Math.min(top, Math.max(0, Math.round(first + step * byte)));
  }
  return out;
}

const scratch = new Uint8Array(TABLE_SIZE);

/** The colours of the quantised bytes of one map: own range, drawn range -> 256 ABGR words. */
export function valueTable(
  palette: Palette,
  own: Range,
  drawn: Range,
  theme: Theme,
  out = new Uint32Array(TABLE_SIZE),
): Uint32Array {
  const table = colourTable(palette, theme);
  quantLut(own, drawn, scratch);
  for (let byte = 0; byte < TABLE_SIZE; byte++) {
    out[byte] = table[scratch[byte] as number] as number;
  }
  return out;
}

/** The colours of values on a drawn range, as ABGR words; exactly the entries of `valueTable`. */
export function valueColours(
  palette: Palette,
  drawn: Range,
  theme: Theme,
): (value: number) => number {
  const table = colourTable(palette, theme);
  const width = drawn[1] - drawn[0];
  const top = TABLE_SIZE - 1;
  return (value) => {
    const place = width > 0 ? ((value - drawn[0]) / width) * top : TABLE_SIZE / 2;
    return table[Math.min(top, Math.max(0, Math.round(place)))] as number;
  };
}

/** The colour of one value. */
export function valueColour(palette: Palette, value: number, drawn: Range, theme: Theme): number {
  return valueColours(palette, drawn, theme)(value);
}

/** The palette as a CSS gradient from the low end to the high end, in the same colours as the maps. */
export function cssGradient(palette: Palette, theme: Theme, direction = 'to right'): string {
  const table = colourTable(palette, theme);
  const stops = Array.from({ length: 18 }, (_, i) => cssColour(table[i * 15] as number));
  return `linear-gradient(${direction}, ${stops.join(', ')})`;
}
