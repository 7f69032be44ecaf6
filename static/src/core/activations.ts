/**
 * Activation functions with their slopes, by torch's names and settings. At a kink the slope is the
 * one that torch's backward takes. Proved against torch by tests/golden/activations.json.
 */
import { erf } from './erf';

/** A function of one number, and its derivative. */
export interface Activation {
  value: (x: number) => number;
  slope: (x: number) => number;
}

/** Scalar settings of a node's geometry, such as negative_slope; others are ignored. */
export type Settings = Readonly<Record<string, unknown>>;

/** Reads a setting, or torch's own default. */
type Read = (name: string, usual: number) => number;
type Make = (read: Read, settings: Settings) => Activation;

/** Below this size of slope an input counts as lying on the flat part: hardly anything is learned there. */
export const FLAT_SLOPE = 0.01;

export const sigmoid = (x: number): number =>
  x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
const softplus = (x: number): number => Math.max(0, x) + Math.log1p(Math.exp(-Math.abs(x)));
const density = (x: number): number => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
const cumulative = (x: number): number => (1 + erf(x / Math.SQRT2)) / 2;
const tanhSlope = (x: number): number => 1 - Math.tanh(x) ** 2;

/** One slope below or at 0, slope 1 above. */
const leaky = (slope: number): Activation => ({
  value: (x) => (x > 0 ? x : slope * x),
  slope: (x) => (x > 0 ? 1 : slope),
});

/** Between two ends as it is, flat outside and at the ends. */
const clipped = (lo: number, hi: number): Activation => ({
  value: (x) => Math.min(hi, Math.max(lo, x)),
  slope: (x) => (x > lo && x < hi ? 1 : 0),
});

/** scale * x above 0, scale * alpha * (exp(x / width) - 1) below. */
const exponential = (alpha: number, scale: number, width: number): Activation => ({
  value: (x) => scale * (x > 0 ? x : alpha * Math.expm1(x / width)),
  slope: (x) => scale * (x > 0 ? 1 : (alpha / width) * Math.exp(x / width)),
});

/** Hendrycks and Gimpel 2016; by tanh where `approximate` says so. */
function gelu(_: Read, { approximate }: Settings): Activation {
  if (approximate !== 'tanh') {
    return {
      value: (x) => (x === -Infinity ? 0 : x * cumulative(x)),
      slope: (x) => cumulative(x) + x * density(x),
    };
  }
  const inner = (x: number) => Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3);
  const innerSlope = (x: number) => Math.sqrt(2 / Math.PI) * (1 + 3 * 0.044715 * x * x);
  return {
    value: (x) => 0.5 * x * (1 + Math.tanh(inner(x))),
    slope: (x) => 0.5 * (1 + Math.tanh(inner(x)) + x * tanhSlope(inner(x)) * innerSlope(x)),
  };
}

/** Straight above a limit, as torch does, where exp(beta * x) would be all there is. */
function softplusOf(read: Read): Activation {
  const [beta, limit] = [read('beta', 1), read('threshold', 20)];
  return {
    value: (x) => (beta * x > limit ? x : softplus(beta * x) / beta),
    slope: (x) => (beta * x > limit ? 1 : sigmoid(beta * x)),
  };
}

const mish: Activation = {
  value: (x) => x * Math.tanh(softplus(x)),
  slope: (x) => Math.tanh(softplus(x)) + x * tanhSlope(softplus(x)) * sigmoid(x),
};

const MAKERS: Readonly<Record<string, Make>> = {
  relu: () => leaky(0),
  leaky_relu: (read) => leaky(read('negative_slope', 0.01)),
  // The learned slope of a channel; when nothing is learned yet it is 0.25.
  prelu: (read) => leaky(read('weight', 0.25)),
  // In evaluation the random slope is the middle of its bounds.
  rrelu: (read) => leaky((read('lower', 1 / 8) + read('upper', 1 / 3)) / 2),
  relu6: () => clipped(0, 6),
  hardtanh: (read) => clipped(read('min_val', -1), read('max_val', 1)),
  elu: (read) => exponential(read('alpha', 1), read('scale', 1), 1 / read('input_scale', 1)),
  celu: (read) => exponential(read('alpha', 1), 1, read('alpha', 1)),
  // Klambauer et al. 2017.
  selu: () => exponential(1.6732632423543772, 1.0507009873554805, 1),
  gelu,
  silu: () => ({
    value: (x) => x * sigmoid(x),
    slope: (x) => sigmoid(x) * (1 + x * (1 - sigmoid(x))),
  }),
  mish: () => mish,
  sigmoid: () => ({ value: sigmoid, slope: (x) => sigmoid(x) * sigmoid(-x) }),
  tanh: () => ({ value: Math.tanh, slope: tanhSlope }),
  hardsigmoid: () => ({
    value: (x) => Math.min(1, Math.max(0, x / 6 + 0.5)),
    slope: (x) => (x > -3 && x < 3 ? 1 / 6 : 0),
  }),
  hardswish: () => ({
    value: (x) => x * Math.min(1, Math.max(0, x / 6 + 0.5)),
    slope: (x) => (x <= -3 ? 0 : x < 3 ? x / 3 + 0.5 : 1),
  }),
  softplus: softplusOf,
  logsigmoid: () => ({ value: (x) => -softplus(-x), slope: (x) => sigmoid(-x) }),
  softsign: () => ({
    value: (x) => x / (1 + Math.abs(x)),
    slope: (x) => 1 / (1 + Math.abs(x)) ** 2,
  }),
  tanhshrink: () => ({ value: (x) => x - Math.tanh(x), slope: (x) => Math.tanh(x) ** 2 }),
  hardshrink: (read) => {
    const lambd = read('lambd', 0.5);
    const isKept = (x: number) => x > lambd || x < -lambd;
    return { value: (x) => (isKept(x) ? x : 0), slope: (x) => (isKept(x) ? 1 : 0) };
  },
  softshrink: (read) => {
    const lambd = read('lambd', 0.5);
    return {
      value: (x) => Math.sign(x) * Math.max(0, Math.abs(x) - lambd),
      slope: (x) => (Math.abs(x) > lambd ? 1 : 0),
    };
  },
  threshold: (read) => {
    const [limit, value] = [read('threshold', 0), read('value', 0)];
    return { value: (x) => (x > limit ? x : value), slope: (x) => (x > limit ? 1 : 0) };
  },
};

/** Torch's names of all functions of the table. */
export const ACTIVATIONS: readonly string[] = Object.keys(MAKERS);

/** The function of a name with its settings; null for a name that the table does not have. */
export function activationOf(name: string, settings: Settings = {}): Activation | null {
  const read: Read = (setting, usual) => {
    const given = settings[setting];
    return typeof given === 'number' ? given : usual;
  };
  return Object.hasOwn(MAKERS, name) ? (MAKERS[name]?.(read, settings) ?? null) : null;
}

/** Share of inputs at which the function is flat; 0 where there is none. */
export function flatShare({ slope }: Activation, inputs: ArrayLike<number>): number {
  let flat = 0;
  for (let i = 0; i < inputs.length; i++) {
    if (Math.abs(slope(inputs[i] as number)) < FLAT_SLOPE) flat += 1;
  }
  return inputs.length > 0 ? flat / inputs.length : 0;
}

/** The channels whose every output is 0: behind ReLU, those that no input drives above 0. */
export function silentChannels(
  { value }: Activation,
  inputs: Float32Array,
  channels: number,
): number[] {
  const size = inputs.length / channels;
  return Array.from({ length: channels }, (_, c) => c).filter((c) =>
    inputs.subarray(c * size, (c + 1) * size).every((x) => value(x) === 0),
  );
}
