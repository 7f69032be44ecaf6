/** Losses of logits, with their gradients at the logits; numbers are torch's (see the golden file). */
import { sigmoid } from './activations';
import { logSoftmax, oneHot, softmax, sum } from './softmax';

/** A loss of logits against a target that is a distribution over the classes. */
export interface LogitLoss {
  value: (logits: readonly number[], target: readonly number[]) => number;
  /** One number for each logit. */
  gradient: (logits: readonly number[], target: readonly number[]) => number[];
}

/** A label as a distribution: the share `smoothing` is spread evenly over all classes (torch's rule). */
export function smoothedLabel(label: number, count: number, smoothing: number): number[] {
  return oneHot(label, count).map((one) => (1 - smoothing) * one + smoothing / count);
}

/** Minus the sum of target times ln p, p = softmax of the logits. */
export const crossEntropy: LogitLoss = {
  value: (logits, target) => {
    const logs = logSoftmax(logits);
    return sum(target.map((q, i) => (q === 0 ? 0 : -q * (logs[i] as number))));
  },
  gradient: (logits, target) => softmax(logits).map((p, i) => p - (target[i] as number)),
};

/** The mean over the classes of (p - target) squared, p = softmax of the logits. */
export const meanSquaredError: LogitLoss = {
  value: (logits, target) => {
    const squares = softmax(logits).map((p, i) => (p - (target[i] as number)) ** 2);
    return sum(squares) / logits.length;
  },
  gradient: (logits, target) => {
    const shares = softmax(logits);
    const errors = shares.map((p, i) => p - (target[i] as number));
    const mean = sum(errors.map((error, i) => error * (shares[i] as number)));
    return shares.map((p, i) => (2 / logits.length) * p * ((errors[i] as number) - mean));
  },
};

/** The loss that a right class of share p costs. */
export function lossOfShare(share: number): number {
  return -Math.log(share);
}

/** Binary cross-entropy of one logit, label 0 or 1, in the form that does not overflow. */
export function binaryCrossEntropy(z: number, label: number): number {
  return Math.max(z, 0) - z * label + Math.log1p(Math.exp(-Math.abs(z)));
}

/** Its slope at the logit: p - y. */
export function binaryGradient(z: number, label: number): number {
  return sigmoid(z) - label;
}

/** The logits before and after each of some steps of gradient descent on a loss. */
export function descend(
  loss: LogitLoss,
  start: readonly number[],
  target: readonly number[],
  { rate, steps }: { rate: number; steps: number },
): number[][] {
  const path = [[...start]];
  for (let i = 0; i < steps; i++) {
    const here = path[i] as number[];
    const slopes = loss.gradient(here, target);
    path.push(here.map((z, k) => z - rate * (slopes[k] as number)));
  }
  return path;
}
