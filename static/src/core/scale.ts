/** Which values the ends of a colour scale stand for, and the legend that says so. */

import type { Palette, Theme } from './colour';
import { valueColour } from './colour';
import { MINUS, formatNumber } from './numbers';
import type { Op, Range, TraceRanges } from './types';

export const SCALE_MODES = ['map', 'layer', 'block', 'network'] as const;
export type ScaleMode = (typeof SCALE_MODES)[number];

/** What a scale needs to know of a node. */
export interface ScaleNode {
  id: string;
  op: Op;
  shape: readonly number[];
  block: number;
}

/** The numbers at the two ends of the colours; drawing and legend both take them from here. */
export interface DrawnRange {
  palette: Palette;
  lo: number;
  hi: number;
  /** Smallest and largest value that is really there; inside [lo, hi]. */
  data: Range;
  /** True when every map has its own ends and none is named: the legend says "max", not a number. */
  relative: boolean;
}

export interface Tick {
  value: number;
  /** Place along the legend, 0 = lo, 1 = hi. */
  at: number;
  text: string;
}

export interface Legend {
  range: DrawnRange;
  ticks: readonly Tick[];
}

/** Where drawn ranges come from: the header of a trace and the range of every map. */
export interface ScaleSource {
  ranges: Omit<TraceRanges, 'map'>;
  /** [lo, hi] of one map of a node; vectors have one row. */
  mapRange: (node: string, channel: number) => Range;
  /** The node whose values are logits: drawn in their own palette. */
  logits: string | null;
  /** True for numbers that are signed in every node, such as gradients. */
  isSigned?: boolean;
}

/** Id of the node that holds the logits: what a softmax at the very end reads, else null. */
export function logitsNode(nodes: readonly { op: Op; inputs: readonly string[] }[]): string | null {
  const last = nodes.at(-1);
  return last?.op === 'softmax' ? (last.inputs[0] ?? null) : null;
}

/** Palette of a node's values: grey pictures, orange logits, everything else signed. */
export function paletteOf(node: Pick<ScaleNode, 'id' | 'op'>, logits: string | null): Palette {
  if (node.op === 'input') return 'grey';
  return node.id === logits || node.op === 'softmax' ? 'logit' : 'activation';
}

/**
 * The drawn range of one map of `node`, or of the whole node when `channel` is null. Signed data lies
 * symmetrically around zero, also where it happens not to be negative, so that a colour keeps its
 * meaning from layer to layer. Input and logits take their real range, pictures within 0 to 1 the
 * whole of it, probabilities 0 to 1.
 */
export function drawnRange(
  source: ScaleSource,
  node: ScaleNode,
  channel: number | null,
  mode: ScaleMode,
): DrawnRange {
  const palette = source.isSigned ? 'activation' : paletteOf(node, source.logits);
  const relative = mode === 'map' && channel === null && node.shape.length > 1;
  const data = dataRange(source, node, channel, mode);
  if (node.op === 'softmax' && !source.isSigned)
    return { palette, lo: 0, hi: 1, data, relative: false };
  const [lo, hi] = palette === 'activation' ? symmetric(data) : sequential(data, node.op, mode);
  return { palette, lo, hi, data, relative };
}

function dataRange(
  { ranges, mapRange }: ScaleSource,
  { id, op, shape, block }: ScaleNode,
  channel: number | null,
  mode: ScaleMode,
): Range {
  const layer = ranges.layer[id] ?? [0, 0];
  if (op === 'input' || op === 'softmax') {
    return mode === 'map' && channel !== null ? mapRange(id, channel) : layer;
  }
  if (mode === 'map' && channel !== null) return mapRange(id, shape.length > 1 ? channel : 0);
  if (mode === 'block') return ranges.block[String(block)] ?? layer;
  return mode === 'network' ? ranges.network : layer;
}

function symmetric([lo, hi]: Range): Range {
  const end = Math.max(Math.abs(lo), Math.abs(hi));
  return [end === 0 ? 0 : -end, end];
}

function sequential([lo, hi]: Range, op: Op, mode: ScaleMode): Range {
  const isPicture = op === 'input' && mode !== 'map' && lo >= 0 && hi <= 1;
  return isPicture ? [0, 1] : [lo, hi];
}

/** Colours between two ends that belong to no node: of weights, of products. */
export function ownRange(palette: Palette, [lo, hi]: Range): DrawnRange {
  return { palette, lo, hi, data: [lo, hi], relative: false };
}

/** The ends as a pair, in the form that the colour tables take. */
export function endsOf({ lo, hi }: DrawnRange): Range {
  return [lo, hi];
}

/** Ticks and their texts for a drawn range: `count` of them, the ends and (signed) zero always. */
export function legendOf(range: DrawnRange, count = 3): Legend {
  if (range.lo === range.hi) return { range, ticks: [tickAt(range, 0.5)] };
  const ticks = Array.from({ length: count }, (_, i) => tickAt(range, i / (count - 1)));
  return { range, ticks };
}

function tickAt(range: DrawnRange, at: number): Tick {
  const value = at === 1 ? range.hi : range.lo + at * (range.hi - range.lo);
  const text = range.relative ? relativeText(range, at) : formatNumber(value);
  return { value, at, text };
}

/** Ends in words where every map has its own: -max, 0, max (signed) or min, max. */
function relativeText({ palette }: DrawnRange, at: number): string {
  if (palette !== 'activation') return at === 0 ? 'min' : at === 1 ? 'max' : '';
  if (at === 0.5) return '0';
  return at === 0 ? `${MINUS}max` : at === 1 ? 'max' : '';
}

/** The colour of one value on a drawn range: a word as the maps use it. */
export function colourOf(range: DrawnRange, value: number, theme: Theme): number {
  return valueColour(range.palette, value, endsOf(range), theme);
}
