/** What the server says, as types: nodes, graphs, cards, and the header of a trace. */

import type { Edit } from './edits';

export const OPS = [
  'input',
  'conv',
  'activation',
  'pool',
  'norm',
  'dropout',
  'flatten',
  'dense',
  'add',
  'concat',
  'softmax',
  'other',
] as const;

export type Op = (typeof OPS)[number];

/** [lo, hi], both ends included. */
export type Range = readonly [number, number];

/** One entry per spatial axis in every list: [y, x] for maps, [x] for 1-D, [z, y, x] for 3-D. */
export interface WindowGeometry {
  kind: 'window';
  kernel: readonly number[];
  stride: readonly number[];
  /** Cells added [before, after] along each axis. */
  padding: readonly (readonly [number, number])[];
  dilation: readonly number[];
  groups?: number;
  /** Output channels of a convolution. */
  out?: number;
  /** True when one output channel reads more than its own input channel. */
  mixes: boolean;
  transposed?: boolean;
  mode?: 'max' | 'average' | 'pad';
  ceil?: boolean;
  count_include_pad?: boolean;
  /** What an average is divided by, instead of the number of cells. */
  divisor?: number;
  /** What a pad node puts around its input. */
  value?: number;
}

export interface AdaptiveGeometry {
  kind: 'adaptive';
  output: readonly number[];
  mode: 'max' | 'average';
  mixes: false;
}

export interface CellGeometry {
  kind: 'cell';
  /** "relu", "batch_norm", "dropout", "add", ... */
  function: string;
  /** Scalar settings such as negative_slope or eps. */
  [setting: string]: unknown;
}

export interface FlattenGeometry {
  kind: 'flatten';
  /** Shape before, (C, H, W). */
  from: readonly number[];
}

export interface DenseGeometry {
  kind: 'dense';
  in: number;
  out: number;
}

export interface ConcatGeometry {
  kind: 'concat';
  /** Axis without the batch axis: 0 = channels. */
  axis: number;
  sizes: readonly number[];
}

export interface SoftmaxGeometry {
  kind: 'softmax';
  /** The axis that adds up to 1; 0 where it is not said. */
  axis?: number;
}

export interface OtherGeometry {
  kind: 'other';
  function: string;
}

export type Geometry =
  | { kind: 'input' }
  | WindowGeometry
  | AdaptiveGeometry
  | CellGeometry
  | FlattenGeometry
  | DenseGeometry
  | ConcatGeometry
  | SoftmaxGeometry
  | OtherGeometry;

/** One step of a network, as GET /api/models/{id} lists it. */
export interface NodeInfo {
  id: string;
  op: Op;
  label: string;
  inputs: readonly string[];
  /** Without the batch axis: [C, H, W] for maps, [N] for vectors. */
  shape: readonly number[];
  /** Learned numbers that this node is the first to use. */
  parameters: number;
  geometry: Geometry;
  /** Role -> name in the weights file, e.g. {weight: "conv_1_1.weight"}. */
  weights: Readonly<Record<string, string>>;
  /** Why something is missing; '' when nothing is. */
  note: string;
  /** Number of its block, from 0. */
  block: number;
}

/** An output class with its names in both languages. */
export interface ClassName {
  id: string;
  en: string;
  zh: string;
}

export interface InputSize {
  channels: number;
  height: number;
  width: number;
}

/** One line of GET /api/models; more fields may come with it. */
export interface ModelSummary {
  id: string;
  name: string;
  input: InputSize;
  /** Class ids, in the order of the logits. */
  classes: readonly string[];
  parameters: number;
}

/** GET /api/models/{id}: the card and the graph. */
export interface Model extends ModelSummary {
  nodes: readonly NodeInfo[];
}

/** A rectangle of the upright picture, in its pixels. */
export interface CropFacts {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Something that was done to the picture before the network saw it; `code` picks the translation. */
export interface PictureNote {
  code: string;
  /** The English sentence. */
  text: string;
  [parameter: string]: unknown;
}

export interface PictureFacts {
  format: string;
  /** Upright, original size in pixels. */
  width: number;
  height: number;
  bytes: number;
  frames: number;
  crop: CropFacts;
  notes: readonly PictureNote[];
}

/** Smallest and largest value per node, per block and over the whole network. */
export interface TraceRanges {
  /** One row per map; a vector has one. */
  map: Readonly<Record<string, readonly Range[]>>;
  layer: Readonly<Record<string, Range>>;
  /** Keyed by the block's number as text; input and softmax are left out of block and network. */
  block: Readonly<Record<string, Range>>;
  network: Range;
}

/** What the values of a trace of gradients are derivatives of. */
export interface GradientOf {
  of: 'loss' | 'logit';
  class: string;
}

/** The JSON in `__metadata__.trace` of a payload, and the whole answer for Accept: application/json. */
export interface TraceHeader {
  trace_id: string;
  model: string;
  classes: readonly string[];
  logits: readonly number[];
  probabilities: readonly number[];
  nodes: readonly NodeInfo[];
  ranges: TraceRanges;
  picture: PictureFacts;
  /** The trace that this one was made from: an edited one, or one of gradients; else empty. */
  base: string;
  edits: readonly Edit[];
  gradient: GradientOf | null;
}

/** An RFC 9457 error body. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  hint: string;
  /** The reason, where there are words for it in more languages. */
  code?: string;
  values?: Readonly<Record<string, string | number>>;
}

/** True for (C, H, W): the node is drawn as maps; anything else is drawn as a vector. */
export function isMaps(shape: readonly number[]): boolean {
  return shape.length === 3;
}

/** Channels of a node: C for maps, the number of elements for vectors and everything else. */
export function channelCount(shape: readonly number[]): number {
  if (isMaps(shape)) return shape[0] as number;
  return shape.reduce((product, size) => product * size, 1);
}
