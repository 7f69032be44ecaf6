import { describe, expect, it } from 'vitest';
import { makeRandom } from '../../tests/random';
import { Ewma, MOST_SMOOTHING } from './ewma';

/** TensorBoard's formula, word for word. */
function formula(values: readonly number[], w: number): number[] {
  let [last, n] = [0, 0];
  return values.map((x) => {
    if (!Number.isFinite(x)) return NaN;
    last = w * last + (1 - w) * x;
    n += 1;
    return last / (1 - w ** n);
  });
}

const random = makeRandom(7);
const noise = (count: number) => Array.from({ length: count }, () => random() * 3 - 1);
const close = (found: Float64Array, wanted: readonly number[]) => {
  expect(found.length).toBe(wanted.length);
  wanted.forEach((value, i) => expect(found[i]).toBeCloseTo(value, 9));
};

describe('the smoothed curve', () => {
  it.each([0, 0.5, 0.9, 0.999])('is the debiased mean of weight %f', (weight) => {
    const values = noise(3000);
    close(new Ewma(weight).follow(Float64Array.from(values)), formula(values, weight));
  });

  it('begins at the first value, not near zero', () => {
    expect(new Ewma(0.99).follow(Float64Array.of(8))[0]).toBeCloseTo(8, 12);
  });

  it('of a constant is the constant', () => {
    close(new Ewma(0.97).follow(new Float64Array(500).fill(2.3)), Array<number>(500).fill(2.3));
  });

  it('leaves out what is no number, and shows it', () => {
    const values = [1, NaN, 3, Infinity, 2];
    const smooth = new Ewma(0.5).follow(Float64Array.from(values));
    expect([...smooth].map(Number.isFinite)).toEqual([true, false, true, false, true]);
    expect(smooth[4]).toBeCloseTo((0.125 * 1 + 0.25 * 3 + 0.5 * 2) / 0.875, 12);
  });

  it('is the same whether the curve comes at once or bit by bit', () => {
    const values = Float64Array.from(noise(5000));
    const ewma = new Ewma(0.95);
    for (let end = 0; end < 5000; end += 37) ewma.follow(values.subarray(0, end));
    expect([...ewma.follow(values)]).toEqual([...new Ewma(0.95).follow(values)]);
  });

  it('starts anew for another curve', () => {
    const ewma = new Ewma(0.9);
    ewma.follow(Float64Array.from(noise(100)));
    const other = noise(200);
    close(ewma.follow(Float64Array.from(other)), formula(other, 0.9));
    close(ewma.follow(Float64Array.from(other.slice(0, 50))), formula(other.slice(0, 50), 0.9));
  });

  it('is never smoother than 0.999', () => {
    expect(new Ewma(1).weight).toBe(MOST_SMOOTHING);
  });
});
