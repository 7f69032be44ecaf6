import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { sigmoid } from './activations';
import {
  binaryCrossEntropy,
  binaryGradient,
  crossEntropy,
  descend,
  lossOfShare,
  meanSquaredError,
  smoothedLabel,
} from './losses';
import {
  argmax,
  logOfSoftmax32,
  logSoftmax,
  logSumExp,
  naiveSteps32,
  oneHot,
  softmax,
  softmaxSteps,
  stableSteps32,
  sum,
} from './softmax';

interface Case {
  kind: 'softmax' | 'float32' | 'loss' | 'descent';
  [field: string]: unknown;
}
/** JSON has no word for what is no finite number: the file says it as Python prints it. */
const SPECIAL: Readonly<Record<string, number>> = { nan: NaN, inf: Infinity, '-inf': -Infinity };
const path = new URL('../../../tests/golden/losses.json', import.meta.url);
const golden = JSON.parse(readFileSync(path, 'utf8'), (_, value: unknown) =>
  typeof value === 'string' && value in SPECIAL ? SPECIAL[value] : value,
) as Case[];
const casesOf = (kind: Case['kind'], name?: string) =>
  golden
    .filter((each) => each.kind === kind && (name === undefined || each['name'] === name))
    .map((each) => [JSON.stringify(each['logits'] ?? each['name']), each] as const);
const numbers = (value: unknown) => value as number[];

function expectNear(actual: readonly number[], expected: readonly number[], digits = 12): void {
  expect(actual.length).toBe(expected.length);
  expected.forEach((value, i) => {
    if (Number.isFinite(value)) expect(actual[i]).toBeCloseTo(value, digits);
    else expect(actual[i]).toBe(value);
  });
}

describe('softmax', () => {
  it.each(casesOf('softmax'))('of %s is what torch says', (_, each) => {
    const logits = numbers(each['logits']);
    expectNear(softmax(logits, each['temperature'] as number), numbers(each['shares']));
    expectNear(logSoftmax(logits), numbers(each['log_softmax']));
    expect(logSumExp(logits)).toBeCloseTo(each['log_sum_exp'] as number, 11);
    expect(argmax(logits)).toBe(each['argmax']);
  });

  it.each(casesOf('float32'))('in float32 goes wrong for %s where torch does', (_, each) => {
    const logits = numbers(each['logits']);
    const naive = naiveSteps32(logits);
    for (const [got, wanted] of [
      [naive.exps, each['exps']],
      [naive.shares, each['naive']],
      [stableSteps32(logits).shares, each['stable']],
      [logOfSoftmax32(logits), each['log_of_softmax']],
    ] as const) {
      // One unit in the last place of float32, for sums are taken in another order.
      numbers(wanted).forEach((value, i) => {
        if (!Number.isFinite(value)) expect(got[i]).toBe(value);
        else
          expect(Math.abs((got[i] as number) - value)).toBeLessThanOrEqual(
            2.4e-7 * Math.abs(value),
          );
      });
    }
  });

  it('adds up to 1 and does not feel what is added to all logits', () => {
    const logits = [3.25, -1.5, 0.75];
    const moved = softmax(logits.map((z) => z + 5));
    expect(sum(moved)).toBeCloseTo(1, 14);
    expectNear(moved, softmax(logits), 15);
  });

  it('subtracts the largest logit, over the temperature', () => {
    const steps = softmaxSteps([4, 2], 2);
    expect([steps.scaled, steps.shift, steps.exps[0]]).toEqual([[2, 1], 2, 1]);
  });
});

describe('a loss', () => {
  it.each(casesOf('loss', 'cross-entropy'))('of cross-entropy at %s is torch’s', (_, each) => {
    const logits = numbers(each['logits']);
    const smoothing = (each['smoothing'] as number | undefined) ?? 0;
    const target = smoothedLabel(each['label'] as number, logits.length, smoothing);
    expect(crossEntropy.value(logits, target)).toBeCloseTo(each['value'] as number, 12);
    expectNear(crossEntropy.gradient(logits, target), numbers(each['gradient']));
  });

  it.each(casesOf('loss', 'mse'))('of squared error at %s is torch’s', (_, each) => {
    const logits = numbers(each['logits']);
    const target = oneHot(each['label'] as number, logits.length);
    expect(meanSquaredError.value(logits, target)).toBeCloseTo(each['value'] as number, 12);
    expectNear(meanSquaredError.gradient(logits, target), numbers(each['gradient']));
  });

  it.each(casesOf('loss', 'bce'))(
    'of one logit %s is torch’s and that of two classes',
    (_, each) => {
      const z = numbers(each['logits'])[0] as number;
      const label = each['label'] as number;
      expect(binaryCrossEntropy(z, label)).toBeCloseTo(each['value'] as number, 12);
      expect(binaryGradient(z, label)).toBeCloseTo(numbers(each['gradient'])[0] as number, 12);
      expect(crossEntropy.value([z, 0], oneHot(1 - label, 2))).toBeCloseTo(
        each['value'] as number,
        12,
      );
      expect(sigmoid(z) + sigmoid(-z)).toBeCloseTo(1, 15);
    },
  );

  it('of the right class’s share is minus its logarithm', () => {
    const shares = [0.9, 0.5, 0.1].map((p) => lossOfShare(p).toFixed(3));
    expect(shares).toEqual(['0.105', '0.693', '2.303']);
    expect(crossEntropy.value([0, 0, 0, 0, 0, 0], oneHot(3, 6))).toBeCloseTo(Math.log(6), 14);
  });

  it('of a logit of minus infinity counts only where the target asks for it', () => {
    expect(crossEntropy.value([0, -Infinity], [1, 0])).toBe(0);
  });
});

describe('descent', () => {
  const LOSSES = { 'cross-entropy': crossEntropy, mse: meanSquaredError };

  it.each(casesOf('descent'))('on %s goes the way of torch’s own SGD', (_, each) => {
    const expected = each['path'] as number[][];
    const loss = LOSSES[each['name'] as keyof typeof LOSSES];
    const target = oneHot(each['label'] as number, 2);
    const path = descend(loss, expected[0] as number[], target, { rate: 1, steps: 10 });
    expected.forEach((logits, i) => expectNear(path[i] as number[], logits, 11));
  });
});
