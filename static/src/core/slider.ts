/** Numbers on a slider, linear or by powers, and as people type them. */

export interface Bounds {
  kind: 'number' | 'integer';
  low: number;
  high: number;
  /** The smallest change; on a log scale from 0 the smallest value above it. */
  step: number | null;
  scale: 'lin' | 'log';
}

/** Places of a slider: 0 to NOTCHES. */
export const NOTCHES = 1000;

/** The smallest value of a log scale above 0. */
function smallest({ kind, low, step }: Bounds): number {
  if (low > 0) return low;
  return kind === 'integer' ? 1 : (step ?? 1e-6);
}

/** The value at a place of the slider, rounded to what a person would write. */
export function valueAt(place: number, bounds: Bounds): number {
  const { low, high, scale } = bounds;
  const share = Math.min(1, Math.max(0, place / NOTCHES));
  if (scale === 'log') {
    if (low <= 0 && place <= 0) return 0;
    const from = Math.log(smallest(bounds));
    return tidy(Math.exp(from + share * (Math.log(high) - from)), bounds);
  }
  return tidy(low + share * (high - low), bounds);
}

/** The place of a value on the slider. */
export function placeOf(value: number, bounds: Bounds): number {
  const { low, high, scale } = bounds;
  if (scale === 'log') {
    if (value <= 0) return 0;
    const from = Math.log(smallest(bounds));
    const share = (Math.log(value) - from) / (Math.log(high) - from);
    return Math.round(NOTCHES * Math.min(1, Math.max(low <= 0 ? 1 / NOTCHES : 0, share)));
  }
  return Math.round((NOTCHES * (value - low)) / (high - low || 1));
}

/** On a log scale one press of a key changes a value by so much of it, or by what can be written. */
const PRESS = 0.05;

/** So many places one press of a key moves the slider. */
function notchesPerPress(bounds: Bounds): number {
  const { kind, low, high, step, scale } = bounds;
  if (scale === 'log') {
    return Math.max(1, (NOTCHES * Math.log1p(PRESS)) / Math.log(high / smallest(bounds)));
  }
  const least = step ?? (kind === 'integer' ? 1 : 0);
  return Math.max(1, (NOTCHES * least) / (high - low || 1));
}

/** The value after one press of a key: the next one, upwards (1) or downwards (-1). */
export function pressed(value: number, way: 1 | -1, bounds: Bounds): number {
  const by = way * notchesPerPress(bounds);
  let place = placeOf(value, bounds);
  let next = value;
  while (next === value && place >= 0 && place <= NOTCHES) next = valueAt((place += by), bounds);
  return next;
}

function tidy(value: number, { kind, low, high, step, scale }: Bounds): number {
  const rounded = kind === 'integer' ? Math.round(value) : toGrid(value, scale, step);
  return Math.min(high, Math.max(low, rounded));
}

function toGrid(value: number, scale: 'lin' | 'log', step: number | null): number {
  const isStepped = scale === 'lin' && step !== null && step > 0;
  const near = isStepped ? Math.round(value / step) * step : value;
  return Number(near.toPrecision(isStepped ? 12 : 2));
}

/** A typed number; null when it is none, or out of bounds. */
export function parseNumber(text: string, { kind, low, high }: Bounds): number | null {
  const clean = text
    .trim()
    .replace(/[\u2212\u2013]/g, '-')
    .replace(',', '.');
  if (clean === '') return null;
  const value = Number(clean);
  const isWhole = kind !== 'integer' || Number.isInteger(value);
  return Number.isFinite(value) && isWhole && value >= low && value <= high ? value : null;
}

/** A value as it stands in a field: short, and read back the same. */
export function plainNumber(value: number): string {
  const size = Math.abs(value);
  if (value !== 0 && (size < 1e-4 || size >= 1e6)) return value.toExponential().replace('e+', 'e');
  return String(value);
}
