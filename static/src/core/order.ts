/** The channels of a node in an order that helps to see them, and statistics of values. */

import type { MapStack } from './maps';
import type { Range } from './types';

export const CHANNEL_ORDERS = ['index', 'mean', 'max', 'similarity'] as const;
export type ChannelOrder = (typeof CHANNEL_ORDERS)[number];

/** Quantised maps of one node. */
export interface OrderSource {
  /** (count, height, width) bytes. */
  bytes: Uint8Array;
  stack: MapStack;
  /** What bytes 0 and 255 stand for in a map. */
  range: (channel: number) => Range;
}

/** Similarity compares this many means of parts of a map, not every cell. */
const FEATURES = 64;
/** Chaining costs the square of the count: longer vectors are sorted by their mean instead. */
const LONGEST_CHAIN = 1024;

/**
 * Channels by number, by mean or largest value (high first), or so that neighbours look alike. Equal
 * ones keep the order of their numbers.
 */
export function orderChannels(by: ChannelOrder, source: OrderSource): number[] {
  const channels = Array.from({ length: source.stack.count }, (_, channel) => channel);
  if (by === 'index') return channels;
  if (by === 'max') return descending(channels, (channel) => largest(source, channel));
  if (by === 'mean' || channels.length > LONGEST_CHAIN) {
    return descending(channels, (channel) => mean(source, channel));
  }
  return chain(channels.map((channel) => features(source, channel)));
}

function descending(channels: readonly number[], value: (channel: number) => number): number[] {
  const values = channels.map(value);
  return [...channels].sort((a, b) => (values[b] as number) - (values[a] as number) || a - b);
}

function largest({ bytes, stack, range }: OrderSource, channel: number): number {
  const size = stack.height * stack.width;
  const [lo, hi] = range(channel);
  if (size > 1) return hi;
  return lo + ((bytes[channel] as number) / 255) * (hi - lo);
}

function mean({ bytes, stack, range }: OrderSource, channel: number): number {
  const size = stack.height * stack.width;
  const [lo, hi] = range(channel);
  let sum = 0;
  for (let i = channel * size; i < (channel + 1) * size; i++) sum += bytes[i] as number;
  return lo + (sum / size / 255) * (hi - lo);
}

/** A map as a vector of length 1: the means of up to 64 parts of it; all zeros for a dead map. */
function features({ bytes, stack, range }: OrderSource, channel: number): Float64Array {
  const { height, width } = stack;
  const [lo, hi] = range(channel);
  const side = Math.sqrt(FEATURES);
  const [rows, columns] = [Math.min(side, height), Math.min(side, width)];
  const sums = new Float64Array(rows * columns);
  for (let y = 0; y < height; y++) {
    const row = Math.floor((y * rows) / height) * columns;
    const start = (channel * height + y) * width;
    for (let x = 0; x < width; x++) {
      const part = row + Math.floor((x * columns) / width);
      const value = lo + ((bytes[start + x] as number) / 255) * (hi - lo);
      sums[part] = (sums[part] as number) + value;
    }
  }
  return toUnit(sums);
}

function toUnit(vector: Float64Array): Float64Array {
  const length = Math.hypot(...vector);
  return length > 0 ? vector.map((part) => part / length) : vector;
}

/**
 * Greedy walk from channel 0 to the most similar channel (cosine) that is left. Dead maps are like
 * nothing and come last.
 */
function chain(vectors: readonly Float64Array[]): number[] {
  const left = vectors.map((_, channel) => channel).filter((channel) => isAlive(vectors[channel]));
  const order: number[] = [];
  let next = 0;
  while (left.length > 0) {
    const [channel] = left.splice(next, 1) as [number];
    order.push(channel);
    next = nearest(vectors[channel] as Float64Array, left, vectors);
  }
  const dead = vectors.map((_, channel) => channel).filter((c) => !isAlive(vectors[c]));
  return [...order, ...dead];
}

function isAlive(vector: Float64Array | undefined): boolean {
  return vector?.some((part) => part !== 0) ?? false;
}

/** Place in `left` of the channel with the largest cosine; the first of equals. */
function nearest(
  vector: Float64Array,
  left: readonly number[],
  vectors: readonly Float64Array[],
): number {
  let best = -Infinity;
  let place = 0;
  left.forEach((channel, i) => {
    const cosine = dot(vector, vectors[channel] as Float64Array);
    if (cosine > best) [best, place] = [cosine, i];
  });
  return place;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

export interface Statistics {
  count: number;
  min: number;
  max: number;
  mean: number;
  /** Of the values themselves: divided by their count. */
  std: number;
  /** Share of exact zeros. */
  zeroShare: number;
  /** True when every value is zero. */
  isDead: boolean;
  /** Values that are NaN or infinite; left out of everything else. */
  broken: number;
}

/** Statistics of finite values in double precision; all 0 where there is none. */
export function describeValues(values: ArrayLike<number>): Statistics {
  let [count, zeros, min, max, mean, squares] = [0, 0, Infinity, -Infinity, 0, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (!Number.isFinite(value)) continue;
    count += 1;
    if (value === 0) zeros += 1;
    if (value < min) min = value;
    if (value > max) max = value;
    // Welford 1962: no cancellation where the mean is large against the spread.
    const before = value - mean;
    mean += before / count;
    squares += before * (value - mean);
  }
  const broken = values.length - count;
  if (count === 0) {
    return { count, min: 0, max: 0, mean: 0, std: 0, zeroShare: 0, isDead: false, broken };
  }
  const isDead = zeros === values.length;
  const std = Math.sqrt(squares / count);
  return { count, min, max, mean, std, zeroShare: zeros / count, isDead, broken };
}
