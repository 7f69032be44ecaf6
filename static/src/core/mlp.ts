/**
 * A small fully connected network of points in the plane: two inputs, hidden layers, two logits.
 * Float64; forward, loss, gradients and Adam are proved against torch by tests/golden/mlp.json.
 */
import { activationOf, type Activation } from './activations';
import { argmax, softmax } from './softmax';

/** Weights [output][input] as one row after the other, and a bias for each output. */
export interface Layer {
  inputs: number;
  outputs: number;
  weights: Float64Array;
  biases: Float64Array;
}

/** Every layer but the last is followed by the activation. */
export interface Mlp {
  layers: readonly Layer[];
  activation: Activation;
}

/** Points with their classes, 0 or 1. */
export interface Points {
  xs: readonly (readonly [number, number])[];
  classes: readonly number[];
}

/** What a layer computed for one point: its sums, and what the activation made of them. */
export interface Computed {
  sums: Float64Array;
  values: Float64Array;
}

export interface Step {
  /** Mean cross-entropy of the points, before the step. */
  loss: number;
  /** Share of the points whose larger logit is their class's. */
  accuracy: number;
}

/** Layers as torch.nn.Linear begins them: weights and biases even within 1 / sqrt(inputs). */
export function makeMlp(sizes: readonly number[], activation: string, random: () => number): Mlp {
  const layers = sizes.slice(1).map((outputs, i) => {
    const inputs = sizes[i] as number;
    const bound = 1 / Math.sqrt(inputs);
    const draw = () => (2 * random() - 1) * bound;
    return {
      inputs,
      outputs,
      weights: Float64Array.from({ length: inputs * outputs }, draw),
      biases: Float64Array.from({ length: outputs }, draw),
    };
  });
  return { layers, activation: activationNamed(activation) };
}

export function activationNamed(name: string): Activation {
  return activationOf(name) ?? { value: (x) => x, slope: () => 1 };
}

/** All layers' sums and values for one point; the last values are the logits. */
export function forward({ layers, activation }: Mlp, point: readonly [number, number]): Computed[] {
  let read: ArrayLike<number> = point;
  return layers.map((layer, i) => {
    const sums = affine(layer, read);
    const values = i < layers.length - 1 ? sums.map(activation.value) : sums;
    read = values;
    return { sums, values };
  });
}

function affine(
  { inputs, outputs, weights, biases }: Layer,
  read: ArrayLike<number>,
): Float64Array {
  const sums = Float64Array.from(biases);
  for (let o = 0; o < outputs; o++) {
    for (let i = 0; i < inputs; i++) {
      sums[o] = (sums[o] as number) + (weights[o * inputs + i] as number) * (read[i] as number);
    }
  }
  return sums;
}

/** The share of class 1 at a point. */
export function shareAt(net: Mlp, point: readonly [number, number]): number {
  const logits = forward(net, point).at(-1)?.values ?? [];
  return softmax([...logits])[1] as number;
}

/** One weights-shaped set of numbers a layer. */
export type Slopes = readonly { weights: Float64Array; biases: Float64Array }[];

export function zeros({ layers }: Mlp): Slopes {
  return layers.map(({ weights, biases }) => ({
    weights: new Float64Array(weights.length),
    biases: new Float64Array(biases.length),
  }));
}

/** Mean loss, accuracy, and d(mean loss)/d(weight) over all points. */
export function slopes(net: Mlp, { xs, classes }: Points): Step & { gradient: Slopes } {
  const gradient = zeros(net);
  let [loss, right] = [0, 0];
  xs.forEach((point, n) => {
    const computed = forward(net, point);
    const logits = [...(computed.at(-1)?.values ?? [])];
    const shares = softmax(logits);
    const label = classes[n] as number;
    loss -= Math.log(shares[label] as number);
    right += Number(argmax(logits) === label);
    backward(net, point, computed, toScores(shares, label, xs.length), gradient);
  });
  return { loss: loss / xs.length, accuracy: right / xs.length, gradient };
}

/** (p - y) / N: the loss's slope at the logits. */
function toScores(shares: readonly number[], label: number, count: number): Float64Array {
  return Float64Array.from(shares, (share, i) => (share - Number(i === label)) / count);
}

function backward(
  { layers, activation }: Mlp,
  point: readonly [number, number],
  computed: readonly Computed[],
  atScores: Float64Array,
  gradient: Slopes,
): void {
  let at = atScores;
  for (let l = layers.length - 1; l >= 0; l--) {
    const read: ArrayLike<number> = l > 0 ? (computed[l - 1] as Computed).values : point;
    addOuter(gradient[l] as Slopes[number], at, read);
    if (l > 0) at = through(layers[l] as Layer, at, (computed[l - 1] as Computed).sums, activation);
  }
}

function addOuter(into: Slopes[number], at: Float64Array, read: ArrayLike<number>): void {
  const inputs = read.length;
  at.forEach((slope, o) => {
    into.biases[o] = (into.biases[o] as number) + slope;
    for (let i = 0; i < inputs; i++) {
      const place = o * inputs + i;
      into.weights[place] = (into.weights[place] as number) + slope * (read[i] as number);
    }
  });
}

/** The slope at a layer's input sums: through its weights, then through the activation. */
function through(
  { inputs, weights }: Layer,
  at: Float64Array,
  sums: Float64Array,
  { slope }: Activation,
): Float64Array {
  return sums.map((sum, i) => {
    const back = at.reduce(
      (total, each, o) => total + each * (weights[o * inputs + i] as number),
      0,
    );
    return back * slope(sum);
  });
}

const BETA = [0.9, 0.999] as const;
const EPS = 1e-8;

/** Adam (Kingma and Ba 2015) with torch's defaults; it changes the network in place. */
export class Adam {
  #net: Mlp;
  #first: Slopes;
  #second: Slopes;
  steps = 0;

  constructor(net: Mlp) {
    this.#net = net;
    this.#first = zeros(net);
    this.#second = zeros(net);
  }

  /** One step over all points; the answer is of before the step. */
  step(points: Points, rate: number): Step {
    const { loss, accuracy, gradient } = slopes(this.#net, points);
    this.steps += 1;
    this.#net.layers.forEach((layer, l) => {
      for (const part of ['weights', 'biases'] as const)
        this.#move(layer[part], gradient, l, part, rate);
    });
    return { loss, accuracy };
  }

  #move(
    numbers: Float64Array,
    gradient: Slopes,
    l: number,
    part: 'weights' | 'biases',
    rate: number,
  ): void {
    const of = (slopes: Slopes) => (slopes[l] as Slopes[number])[part];
    const [g, first, second] = [of(gradient), of(this.#first), of(this.#second)];
    const [a, b] = BETA;
    const [aScale, bScale] = [1 - a ** this.steps, 1 - b ** this.steps];
    for (let i = 0; i < numbers.length; i++) {
      const slope = g[i] as number;
      first[i] = a * (first[i] as number) + (1 - a) * slope;
      second[i] = b * (second[i] as number) + (1 - b) * slope * slope;
      const size = Math.sqrt((second[i] as number) / bScale) + EPS;
      numbers[i] = (numbers[i] as number) - (rate * (first[i] as number)) / aScale / size;
    }
  }
}
