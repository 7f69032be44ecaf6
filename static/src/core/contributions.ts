/** What one unit of a dense layer adds up: every element times its weight, the largest first. */
import { asMap } from './geometry';
import type { NodeInfo } from './types';

/** One product, and the running sum before and after it. */
export interface Step {
  product: number;
  from: number;
  to: number;
}

export interface Contribution extends Step {
  /** Place in the flat input. */
  index: number;
  value: number;
  weight: number;
}

export interface Waterfall {
  /** Largest product first, whatever its sign. */
  largest: readonly Contribution[];
  /** All other products together. */
  rest: Step & { count: number };
  bias: Step;
  /** Of all positive and of all negative products. */
  positive: number;
  negative: number;
  /** Of all products without the bias. */
  dot: number;
  total: number;
}

interface Unit {
  values: Float32Array;
  /** Its row of the weights. */
  weights: ArrayLike<number>;
  bias: number;
}

/**
 * The products of a unit as steps that add up to its value, the `count` largest by themselves.
 * Products of float32 numbers are exact in the double precision that adds them.
 */
export function waterfallOf({ values, weights, bias }: Unit, count: number): Waterfall {
  const products = productsOf({ values, weights });
  const order = Array.from(products, (_, index) => index).sort(
    (a, b) => Math.abs(products[b] as number) - Math.abs(products[a] as number) || a - b,
  );
  let sum = 0;
  const step = (product: number): Step => ({ product, from: sum, to: (sum += product) });
  const largest = order.slice(0, count).map((index) => ({
    ...{ index, value: values[index] as number, weight: weights[index] as number },
    ...step(products[index] as number),
  }));
  const others = order.slice(count);
  const left = others.reduce((total, index) => total + (products[index] as number), 0);
  const rest = { count: others.length, ...step(left) };
  const dot = sum;
  const signed = (sign: number) =>
    products.reduce((total, each) => (each * sign > 0 ? total + each : total), 0);
  const [positive, negative] = [signed(1), signed(-1)];
  return { largest, rest, positive, negative, dot, bias: step(bias), total: sum };
}

/** Every element times its weight. */
export function productsOf({ values, weights }: Omit<Unit, 'bias'>): Float64Array {
  return Float64Array.from(values, (value, index) => value * (weights[index] as number));
}

/** The sum of the products of each channel of (C, H, W). */
export function channelSums(products: Float64Array, from: readonly number[]): Float64Array {
  const [count, height, width] = asMap(from);
  const each = height * width;
  return Float64Array.from({ length: count }, (_, c) =>
    products.subarray(c * each, (c + 1) * each).reduce((a, b) => a + b, 0),
  );
}

/** The smallest span that holds every running sum, and zero. */
export function spanOf({ largest, rest, bias }: Waterfall): readonly [number, number] {
  const ends = [...largest, rest, bias].flatMap(({ from, to }) => [from, to]);
  return [Math.min(0, ...ends), Math.max(0, ...ends)];
}

type Nodes = ReadonlyMap<string, NodeInfo>;

/** A step that changes numbers one by one, and leaves each in its place. */
const keepsPlaces = ({ geometry, inputs, shape }: NodeInfo) =>
  geometry.kind === 'cell' && inputs.length === 1 && shape.length === 1;

/** The flattening whose order the elements of a dense layer have; null where there is none. */
export function flattenBefore(nodes: Nodes, dense: NodeInfo): NodeInfo | null {
  let at = nodes.get(dense.inputs[0] ?? '');
  while (at && keepsPlaces(at)) at = nodes.get(at.inputs[0] ?? '');
  return at?.geometry.kind === 'flatten' ? at : null;
}

/** The dense layer that reads a flattened vector, element for element; null where there is none. */
export function denseAfter(nodes: Nodes, flatten: NodeInfo): NodeInfo | null {
  const reaches = (node: NodeInfo) =>
    node.geometry.kind === 'dense' && flattenBefore(nodes, node)?.id === flatten.id;
  return [...nodes.values()].find(reaches) ?? null;
}
