/** What a network makes of the whole plane: its answer and every hidden unit, on a grid of places. */
import { forward, type Mlp } from './mlp';
import { softmax } from './softmax';
import type { Range } from './types';

/** The plane reaches from -REACH to REACH on both axes, x2 upwards. */
export const REACH = 1.2;
export const SIDE = 40;

export interface Fields {
  /** Share of class 1 at each place, row by row from above. */
  shares: Float64Array;
  /** By hidden layer and unit: the unit's value at each place. */
  units: readonly (readonly Float64Array[])[];
}

/** The middle of place `index` of a grid of SIDE by SIDE. */
export function placeAt(index: number): readonly [number, number] {
  const along = (at: number) => ((at + 0.5) / SIDE) * 2 * REACH - REACH;
  return [along(index % SIDE), -along(Math.floor(index / SIDE))];
}

export function fieldsOf(net: Mlp): Fields {
  const shares = new Float64Array(SIDE * SIDE);
  const units = net.layers
    .slice(0, -1)
    .map(({ outputs }) => Array.from({ length: outputs }, () => new Float64Array(SIDE * SIDE)));
  for (let index = 0; index < shares.length; index++) {
    const computed = forward(net, placeAt(index));
    shares[index] = softmax([...(computed.at(-1)?.values ?? [])])[1] as number;
    units.forEach((fields, l) =>
      fields.forEach((field, u) => (field[index] = computed[l]?.values[u] as number)),
    );
  }
  return { shares, units };
}

/** The smallest and the largest value of any hidden unit at the points; zeros without hidden units. */
export function hiddenRange(net: Mlp, points: readonly (readonly [number, number])[]): Range {
  if (net.layers.length < 2) return [0, 0];
  let [lo, hi] = [Infinity, -Infinity];
  for (const point of points) {
    for (const { values } of forward(net, point).slice(0, -1)) {
      lo = Math.min(lo, ...values);
      hi = Math.max(hi, ...values);
    }
  }
  return [lo, hi];
}

/** One weighted sum, term by term: what a unit computes. */
export interface Sum {
  terms: readonly { weight: number; value: number; product: number }[];
  bias: number;
  sum: number;
  value: number;
}

/** What unit `unit` of layer `layer` computes at a point. */
export function sumOf(
  net: Mlp,
  layer: number,
  unit: number,
  point: readonly [number, number],
): Sum | null {
  const computed = forward(net, point);
  const { weights, biases, inputs } = net.layers[layer] ?? {};
  if (!weights || !biases || inputs === undefined || unit >= biases.length) return null;
  const read: ArrayLike<number> = layer > 0 ? (computed[layer - 1]?.values ?? []) : point;
  const terms = Array.from({ length: inputs }, (_, i) => {
    const [weight, value] = [weights[unit * inputs + i] as number, read[i] as number];
    return { weight, value, product: weight * value };
  });
  const bias = biases[unit] as number;
  const sum = terms.reduce((total, { product }) => total + product, bias);
  return { terms, bias, sum, value: computed[layer]?.values[unit] as number };
}
