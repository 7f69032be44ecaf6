/** Layers over time as rows of cells: each column of pixels has the largest of its steps. */
import type { Palette, Theme } from './colour';
import { colourTable, cssColour, isDiverging, TABLE_SIZE } from './colour';
import { linearAxis, logAxis, placeOf, powerText, ticksOf, type Axis, type AxisTick } from './axis';
import { indexAt, type Span } from './series';

export interface Strip {
  rows: number;
  columns: number;
  /** rows * columns values, row by row; NaN where nothing is known. */
  cells: Float64Array;
  /** 1 where a value was no finite number. */
  broken: Uint8Array;
}

/**
 * The cells of some layers' values at rising steps. A column without a step of its own shows what
 * was known last; before the first step and after the last one there is nothing.
 */
export function stripOf(
  step: Float64Array,
  values: readonly ArrayLike<number>[],
  span: Span,
  columns: number,
): Strip {
  const strip: Strip = {
    rows: values.length,
    columns,
    cells: new Float64Array(values.length * columns).fill(NaN),
    broken: new Uint8Array(values.length * columns),
  };
  const width = (span[1] - span[0]) / columns;
  const end = indexAt(step, span[1]) + 1;
  let from = Math.max(0, indexAt(step, span[0]));
  for (let column = 0; column < columns && from < end; column++) {
    const edge = span[0] + (column + 1) * width;
    const to = column === columns - 1 ? end : indexAt(step, edge) + 1;
    if (to <= 0) continue;
    // Without a step of its own, the one before stands.
    const first = to > from ? from : to - 1;
    values.forEach((layer, row) => fill(strip, row * columns + column, layer, [first, to]));
    from = Math.max(from, to);
    if (from >= end) break;
  }
  return strip;
}

function fill(strip: Strip, cell: number, layer: ArrayLike<number>, [from, to]: Span): void {
  let most = -Infinity;
  for (let i = from; i < to; i++) {
    const value = layer[i] as number;
    if (!Number.isFinite(value)) strip.broken[cell] = 1;
    else if (value > most) most = value;
  }
  if (most > -Infinity) strip.cells[cell] = most;
}

export type StripScale = 'log' | 'share' | 'positive' | 'signed';

/** One number of every layer at some steps, and how it is coloured and written. */
export interface LayerValues {
  /** What the number is. */
  label: string;
  names: readonly string[];
  step: Float64Array;
  /** Of each layer, at every step. */
  values: readonly ArrayLike<number>[];
  scale: StripScale;
  /** What is no number is marked; else it was never measured. */
  isMarked?: boolean;
  write: (value: number) => string;
}

export const STRIP_PALETTES: Readonly<Record<StripScale, Palette>> = {
  log: 'viridis',
  share: 'viridis',
  positive: 'viridis',
  signed: 'activation',
};

/** The numbers at the ends of a strip's colours. */
export function stripAxis(cells: Iterable<number>, scale: StripScale): Axis {
  if (scale === 'share') return { lo: 0, hi: 1, isLog: false };
  let [lo, hi] = [Infinity, -Infinity];
  for (const value of cells) {
    if (!Number.isFinite(value) || (scale === 'log' && value <= 0)) continue;
    lo = Math.min(lo, value);
    hi = Math.max(hi, value);
  }
  if (scale === 'log') return decades([lo, hi]);
  if (hi < lo) return { lo: scale === 'signed' ? -1 : 0, hi: 1, isLog: false };
  const most = linearAxis([0, Math.max(Math.abs(lo), Math.abs(hi))], 4).hi;
  return { lo: scale === 'signed' ? -most : 0, hi: most, isLog: false };
}

/** A log axis of whole powers of ten, so that it keeps still while values change. */
export function decades([lo, hi]: Span): Axis {
  const { lo: low, hi: high } = logAxis([lo, hi]);
  const axis = {
    lo: 10 ** Math.floor(Math.log10(low) + 1e-6),
    hi: 10 ** Math.ceil(Math.log10(high) - 1e-6),
    isLog: true,
  };
  return axis.hi > axis.lo ? axis : { ...axis, hi: axis.lo * 10 };
}

/** The colour of a value as an ABGR word; 0 (nothing is drawn) for zero on a log axis and for NaN. */
export function cellColour(value: number, axis: Axis, scale: StripScale, theme: Theme): number {
  if (Number.isNaN(value) || (scale === 'log' && value <= 0)) return 0;
  const place = Math.min(1, Math.max(0, placeOf(axis, value)));
  return colourTable(STRIP_PALETTES[scale], theme)[Math.round(place * (TABLE_SIZE - 1))] as number;
}

/** A scale to read colours by: CSS colours from end to end, and the values that are named. */
export interface Ramp {
  colours: readonly string[];
  ticks: readonly { at: number; text: string }[];
}

const STOPS = 12;

/** The colours of a palette, or of the part of it between two places. */
export function rampColours(palette: Palette, theme: Theme, [from, to]: Span = [0, 1]): string[] {
  const table = colourTable(palette, theme);
  return Array.from({ length: STOPS + 1 }, (_, i) => {
    const place = from + ((to - from) * i) / STOPS;
    return cssColour(table[Math.round(place * (TABLE_SIZE - 1))] as number);
  });
}

/** The scale of a strip; its ends are always named. */
export function rampOf(axis: Axis, scale: StripScale, theme: Theme): Ramp {
  const palette = STRIP_PALETTES[scale];
  const named = axis.isLog ? endsOf(axis) : ticksOf(axis, isDiverging(palette) ? 2 : 4);
  const ticks = named.map(({ value, text }) => ({ at: placeOf(axis, value), text }));
  return { colours: rampColours(palette, theme), ticks };
}

/** Both ends of an axis of whole powers of ten, and its middle where that is one too. */
function endsOf({ lo, hi }: Axis): AxisTick[] {
  const powers = Math.round(Math.log10(hi / lo));
  const middle = powers % 2 === 0 ? [Number((lo * 10 ** (powers / 2)).toPrecision(6))] : [];
  return [lo, ...middle, hi].map((value) => ({ value, text: powerText(value) }));
}
