/** Axes: where a value lies, which values are named, and how they are written. */
import { MINUS, formatCount, formatNumber } from './numbers';
import type { Span } from './series';

export interface Axis {
  lo: number;
  hi: number;
  isLog: boolean;
}

export interface AxisTick {
  value: number;
  text: string;
}

/** Place of a value along an axis: 0 at its low end, 1 at its high one. */
export function placeOf({ lo, hi, isLog }: Axis, value: number): number {
  if (hi === lo) return 0.5;
  if (!isLog) return (value - lo) / (hi - lo);
  // What is 0 or less has no place on a log axis: it lies at the low end.
  if (value <= 0) return 0;
  return Math.log(value / lo) / Math.log(hi / lo);
}

/** The value at a place. */
export function valueAt({ lo, hi, isLog }: Axis, place: number): number {
  return isLog ? lo * (hi / lo) ** place : lo + place * (hi - lo);
}

const STEPS = [1, 2, 5, 10];

/** A round distance of ticks such that about `count` of them lie on a width. */
export function roundStep(width: number, count: number): number {
  const raw = width / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(raw));
  // The nearest on a log scale: borders are the geometric means of the neighbours.
  const part = raw / power;
  return power * (part < Math.SQRT2 ? 1 : part < Math.sqrt(10) ? 2 : part < Math.sqrt(50) ? 5 : 10);
}

/** A linear axis with round ends that holds a span; a span without width gets some around it. */
export function linearAxis([lo, hi]: Span, count: number): Axis {
  if (!Number.isFinite(lo) || !Number.isFinite(hi) || lo > hi)
    return { lo: 0, hi: 1, isLog: false };
  const half = lo === hi ? Math.abs(lo) / 2 || 0.5 : 0;
  const step = roundStep(hi - lo + 2 * half, count);
  const clean = (value: number) => Number((Math.round(value) * step).toPrecision(12));
  const low = clean(Math.floor((lo - half) / step + 1e-9));
  const high = clean(Math.ceil((hi + half) / step - 1e-9));
  return { lo: low, hi: high, isLog: false };
}

/** A log axis whose ends are a 1, 2 or 5 times a power of ten; only values above 0 count. */
export function logAxis([lo, hi]: Span): Axis {
  const isKnown = Number.isFinite(lo) && Number.isFinite(hi) && lo > 0 && lo <= hi;
  if (!isKnown) return { lo: 0.1, hi: 10, isLog: true };
  const axis = { lo: roundDown(lo), hi: roundUp(hi), isLog: true };
  return axis.hi > axis.lo ? axis : { ...axis, lo: roundDown(lo / 1.5), hi: roundUp(hi * 1.5) };
}

function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value) + 1e-9);
  const step = STEPS.find((each) => each * power >= value * (1 - 1e-9)) ?? 10;
  return Number((step * power).toPrecision(6));
}

function roundDown(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value) + 1e-9);
  const step = STEPS.findLast((each) => each * power <= value * (1 + 1e-9)) ?? 1;
  return Number((step * power).toPrecision(6));
}

/** The values that an axis names, about `count` of them, in rising order. */
export function ticksOf(axis: Axis, count: number): AxisTick[] {
  return axis.isLog ? logTicks(axis, count) : linearTicks(axis, count);
}

function linearTicks({ lo, hi }: Axis, count: number): AxisTick[] {
  if (hi <= lo) return [];
  const step = roundStep(hi - lo, count);
  const first = Math.ceil(lo / step - 1e-9);
  const last = Math.floor(hi / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => {
    const value = Number(((first + i) * step).toPrecision(12));
    return { value, text: tickText(value, step) };
  });
}

/** Powers of ten, every so many where there are too many; 2 and 5 between them where there are few. */
function logTicks({ lo, hi }: Axis, count: number): AxisTick[] {
  const [first, last] = [Math.floor(Math.log10(lo) + 1e-9), Math.ceil(Math.log10(hi) - 1e-9)];
  const powers = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  const named = (parts: readonly number[], every: number) =>
    powers
      .filter((power) => power % every === 0)
      .flatMap((power) => parts.map((part) => Number(`${part}e${power}`)))
      .filter((value) => value >= lo * (1 - 1e-9) && value <= hi * (1 + 1e-9));
  const every = Math.max(1, Math.ceil(powers.length / Math.max(1, count)));
  const plain = named([1], every);
  // One value alone names no scale: then rather a few too many.
  const most = plain.length < 2 ? Math.max(count, 4) : count;
  const fine = [
    [1, 2, 5],
    [1, 5],
  ].map((parts) => named(parts, 1));
  const values = fine.find((each) => each.length <= most && each.length > plain.length) ?? plain;
  return values.map((value) => ({ value, text: powerText(value) }));
}

/** A round value with as many decimals as the distance of its neighbours has. */
export function tickText(value: number, step: number): string {
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= 1e6 || step < 1e-5) return formatNumber(value, 2);
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  if (decimals === 0) return formatCount(value);
  return (value < 0 ? MINUS : '') + size.toFixed(decimals);
}

/** 1, 2 or 5 times a power of ten: plain from 0.001 to 1000, else 10⁻⁴ or 2e−4. */
export function powerText(value: number): string {
  if (value >= 0.0009 && value < 10_000) return String(Number(value.toPrecision(1)));
  const exponent = Math.floor(Math.log10(value) + 1e-9);
  const part = Math.round(value / 10 ** exponent);
  return part === 1 ? `10${superscript(exponent)}` : `${part}×10${superscript(exponent)}`;
}

const RAISED = '⁰¹²³⁴⁵⁶⁷⁸⁹';

function superscript(exponent: number): string {
  const digits = [...String(Math.abs(exponent))].map((digit) => RAISED[Number(digit)]).join('');
  return (exponent < 0 ? '⁻' : '') + digits;
}
