/** A curve with no more points than pixels can show: first, least, largest and last of each column. */
import { indexAt, type Span } from './series';

const BLOCK = 64;

/** What lies in a part of a curve. */
export interface Extent {
  lo: number;
  hi: number;
  /** The least value above 0: where a log axis begins. */
  above: number;
  /** How many values are not finite. */
  broken: number;
}

/** The least and the largest of every 64 values: it grows with the curve. */
export class Extremes {
  #lo = new Float64Array(0);
  #hi = new Float64Array(0);
  #above = new Float64Array(0);
  #broken = new Uint8Array(0);
  /** Whole blocks that are known. */
  #blocks = 0;
  #values: Float64Array = new Float64Array(0);

  /** A curve that is not the same one with more points starts anew. */
  follow(values: Float64Array): this {
    const known = this.#values.length;
    if (known > 0 && !Object.is(values[known - 1], this.#values[known - 1])) this.#blocks = 0;
    this.#values = values;
    const blocks = Math.floor(values.length / BLOCK);
    if (blocks > this.#lo.length) this.#grow(2 * blocks);
    for (; this.#blocks < blocks; this.#blocks++) this.#sum(this.#blocks);
    return this;
  }

  /** Of the values from one index up to another, which is left out; lo > hi where none is finite. */
  of(from: number, to: number): Extent {
    const extent = { lo: Infinity, hi: -Infinity, above: Infinity, broken: 0 };
    const first = Math.ceil(from / BLOCK);
    const last = Math.min(Math.floor(to / BLOCK), this.#blocks);
    if (first >= last) {
      this.#scan(from, to, extent);
      return extent;
    }
    this.#scan(from, first * BLOCK, extent);
    for (let block = first; block < last; block++) {
      extent.lo = Math.min(extent.lo, this.#lo[block] as number);
      extent.hi = Math.max(extent.hi, this.#hi[block] as number);
      extent.above = Math.min(extent.above, this.#above[block] as number);
      extent.broken += this.#broken[block] as number;
    }
    this.#scan(last * BLOCK, to, extent);
    return extent;
  }

  #scan(from: number, to: number, extent: Extent): void {
    for (let i = from; i < to; i++) {
      const value = this.#values[i] as number;
      if (!Number.isFinite(value)) {
        extent.broken++;
        continue;
      }
      if (value < extent.lo) extent.lo = value;
      if (value > extent.hi) extent.hi = value;
      if (value > 0 && value < extent.above) extent.above = value;
    }
  }

  #sum(block: number): void {
    const extent = { lo: Infinity, hi: -Infinity, above: Infinity, broken: 0 };
    this.#scan(block * BLOCK, (block + 1) * BLOCK, extent);
    this.#lo[block] = extent.lo;
    this.#hi[block] = extent.hi;
    this.#above[block] = extent.above;
    this.#broken[block] = extent.broken;
  }

  #grow(wanted: number): void {
    const grown = (old: Float64Array) => {
      const made = new Float64Array(wanted);
      made.set(old);
      return made;
    };
    [this.#lo, this.#hi, this.#above] = [grown(this.#lo), grown(this.#hi), grown(this.#above)];
    const broken = new Uint8Array(wanted);
    broken.set(this.#broken);
    this.#broken = broken;
  }
}

/** A line to draw; a y that is not a number lifts the pen. */
export interface Path {
  x: Float64Array;
  y: Float64Array;
  /** Where values are not finite. */
  breaks: readonly number[];
}

/** A curve as it is known: `extremes` are those of y. */
export interface Curve {
  x: Float64Array;
  y: Float64Array;
  extremes: Extremes;
}

/** Indices of what is shown: one more to each side, so that the line reaches the edges. */
export function shownIndices(x: Float64Array, [lo, hi]: Span): [from: number, to: number] {
  const from = Math.max(0, indexAt(x, lo));
  return [from, Math.min(x.length, indexAt(x, hi) + 2)];
}

class Pen {
  x: number[] = [];
  y: number[] = [];
  breaks: number[] = [];

  to(x: number, y: number): void {
    if (Number.isFinite(y)) {
      this.x.push(x);
      this.y.push(y);
    } else this.lift(x);
  }

  lift(x: number): void {
    this.x.push(x);
    this.y.push(NaN);
    if (this.breaks.at(-1) !== x) this.breaks.push(x);
  }
}

/**
 * The part of a curve within a span of x, in so many columns of pixels. Where a column holds more
 * than a few points its line goes from the first over the least and the largest to the last, so
 * that it covers the same pixels as the whole curve.
 */
export function decimate(curve: Curve, span: Span, columns: number): Path {
  const { x, y } = curve;
  const pen = new Pen();
  const [first, end] = shownIndices(x, span);
  const width = (span[1] - span[0]) / columns;
  let from = first;
  for (let column = 0; from < end; column++) {
    const isLast = column >= columns || !(width > 0);
    const edge = span[0] + (column + 1) * width;
    const to = isLast ? end : Math.min(end, indexAt(x, edge) + 1);
    if (to - from <= 4) for (; from < to; from++) pen.to(x[from] as number, y[from] as number);
    else drawColumn(curve, from, to, pen);
    from = Math.max(from, to);
  }
  return { x: Float64Array.from(pen.x), y: Float64Array.from(pen.y), breaks: pen.breaks };
}

function drawColumn({ x, y, extremes }: Curve, from: number, to: number, pen: Pen): void {
  const { lo, hi, broken } = extremes.of(from, to);
  const [start, end] = [x[from] as number, x[to - 1] as number];
  const middle = (start + end) / 2;
  const [first, last] = [y[from] as number, y[to - 1] as number];
  if (Number.isFinite(first)) pen.to(start, first);
  if (lo <= hi) {
    pen.to(middle, lo);
    pen.to(middle, hi);
  }
  if (broken > 0) pen.lift(middle);
  if (Number.isFinite(last)) pen.to(end, last);
}
