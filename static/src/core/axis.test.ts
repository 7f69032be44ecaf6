import { describe, expect, it } from 'vitest';
import { makeRandom } from '../../tests/random';
import { linearAxis, logAxis, placeOf, powerText, tickText, ticksOf, valueAt } from './axis';

const random = makeRandom(11);

describe('axes', () => {
  it('hold what they are made for, on round ends', () => {
    for (let trial = 0; trial < 500; trial++) {
      const lo = (random() - 0.5) * 10 ** (random() * 8 - 4);
      const hi = lo + random() * 10 ** (random() * 8 - 4);
      const axis = linearAxis([lo, hi], 5);
      const slack = 1e-6 * (axis.hi - axis.lo);
      expect(axis.lo).toBeLessThanOrEqual(lo + slack);
      expect(axis.hi).toBeGreaterThanOrEqual(hi - slack);
      const values = ticksOf(axis, 5).map(({ value }) => value);
      expect(values.length).toBeGreaterThanOrEqual(2);
      expect(values.length).toBeLessThanOrEqual(10);
    }
  });

  it('on a log scale hold what they are made for', () => {
    for (let trial = 0; trial < 500; trial++) {
      const lo = 10 ** (random() * 12 - 9);
      const hi = lo * 10 ** (random() * 6);
      const axis = logAxis([lo, hi]);
      expect(axis.lo).toBeLessThanOrEqual(lo * (1 + 1e-5));
      expect(axis.hi).toBeGreaterThanOrEqual(hi * (1 - 1e-5));
      expect(axis.hi).toBeGreaterThan(axis.lo);
    }
  });

  it.each([
    [[0.013, 0.94], 5, [0, 0.2, 0.4, 0.6, 0.8, 1]],
    [[-3, 7], 5, [-4, -2, 0, 2, 4, 6, 8]],
    [[2, 2], 4, [1, 1.5, 2, 2.5, 3]],
  ] as const)('from %j have the ticks %#', (span, count, ticks) => {
    const axis = linearAxis(span, count);
    expect(ticksOf(axis, count).map(({ value }) => value)).toEqual(ticks);
  });

  it('without values go from 0 to 1', () => {
    expect(linearAxis([Infinity, -Infinity], 4)).toEqual({ lo: 0, hi: 1, isLog: false });
    expect(logAxis([Infinity, -Infinity]).isLog).toBe(true);
  });

  it.each([
    [{ lo: 2, hi: 6, isLog: false }, 3, 0.25],
    [{ lo: 0.01, hi: 100, isLog: true }, 1, 0.5],
    [{ lo: 0.01, hi: 100, isLog: true }, 0, 0],
    [{ lo: 0.01, hi: 100, isLog: true }, -4, 0],
  ])('on %j put %f at %f', (axis, value, place) => {
    expect(placeOf(axis, value)).toBeCloseTo(place, 12);
  });

  it.each([false, true])('give back the value of a place (log: %s)', (isLog) => {
    const axis = { lo: 0.02, hi: 5, isLog };
    for (const value of [0.02, 0.3, 1, 5]) {
      expect(valueAt(axis, placeOf(axis, value))).toBeCloseTo(value, 12);
    }
  });

  it('name powers of ten, and 2 and 5 between them where there is room', () => {
    const texts = (lo: number, hi: number, count: number) =>
      ticksOf({ lo, hi, isLog: true }, count).map(({ text }) => text);
    expect(texts(0.01, 10, 3)).toEqual(['0.01', '1']);
    expect(texts(0.1, 2, 6)).toEqual(['0.1', '0.2', '0.5', '1', '2']);
    expect(texts(0.05, 2, 3)).toEqual(['0.05', '0.1', '0.5', '1']);
    expect(texts(1e-8, 1, 5)).toEqual(['10⁻⁸', '10⁻⁶', '10⁻⁴', '0.01', '1']);
  });

  it.each([
    [0.5, 0.1, '0.5'],
    [-0.25, 0.05, '−0.25'],
    [1, 0.2, '1.0'],
    [0, 0.1, '0'],
    [12_000, 2000, '12\u202f000'],
  ])('write %f among neighbours at %f as %s', (value, step, text) => {
    expect(tickText(value, step)).toBe(text);
  });

  it.each([
    [0.001, '0.001'],
    [1e-4, '10⁻⁴'],
    [2e-5, '2×10⁻⁵'],
    [1000, '1000'],
    [1e12, '10¹²'],
  ])('write %f on a log scale as %s', (value, text) => {
    expect(powerText(value)).toBe(text);
  });
});
