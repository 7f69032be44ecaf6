import { describe, expect, it } from 'vitest';
import {
  formatAdded,
  formatCount,
  formatFull,
  formatNumber,
  formatPercent,
  formatShape,
  formatSquare,
} from './numbers';

/** Text as a computer reads it: the way back from the page to the number. */
function parse(text: string): number {
  return Number(text.replaceAll('\u2212', '-').replaceAll('\u202f', ''));
}

describe('formatNumber', () => {
  it.each([
    [0, '0'],
    [-0, '0'],
    [1, '1.00'],
    [-0.412, '\u22120.412'],
    [0.5, '0.500'],
    [0.0834123, '0.0834'],
    [-12.345, '\u221212.3'],
    [0.001, '0.00100'],
    [0.0001234, '0.000123'],
    [0.00009996, '0.000100'],
    [0.00001234, '1.23e\u22125'],
    [-4.5e-39, '\u22124.50e\u221239'],
    [0.9996, '1.00'],
    [9.996, '10.0'],
    [99.96, '100'],
    [999.6, '1000'],
    [1234.5, '1235'],
    [54321.9, '54322'],
    [123456, '1.23e+5'],
    [3.4e38, '3.40e+38'],
    [NaN, 'NaN'],
    [Infinity, '∞'],
    [-Infinity, '\u2212∞'],
  ])('writes %d as %s', (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });

  it('keeps the sign readable without colour: never a hyphen', () => {
    expect(formatNumber(-1e-7)).not.toContain('-');
  });

  it('is never off by more than half of the third digit', () => {
    for (let i = 1; i < 2000; i++) {
      const value = Math.fround(Math.sin(i) * 10 ** (Math.cos(i * 7) * 8));
      const error = Math.abs(parse(formatNumber(value)) - value) / Math.abs(value);
      expect(error).toBeLessThanOrEqual(0.00501);
    }
  });

  it('writes as many digits as it is told', () => {
    expect(formatNumber(Math.PI, 5)).toBe('3.1416');
  });
});

describe('formatFull', () => {
  it.each([
    [Math.fround(0.1), '0.1'],
    [Math.fround(-0.3), '\u22120.3'],
    [Math.fround(16777216), '16777216'],
    [Math.fround(1e-7), '1e\u22127'],
    [0, '0'],
    [-0, '0'],
    [NaN, 'NaN'],
  ])('writes %d as %s', (value, text) => {
    expect(formatFull(value)).toBe(text);
  });

  it('gives back the same float32 for any bits', () => {
    const bits = new Uint32Array(1);
    const floats = new Float32Array(bits.buffer);
    for (let i = 0; i < 3000; i++) {
      bits[0] = Math.imul(i + 1, 2654435761) >>> 0;
      const value = floats[0] as number;
      if (!Number.isFinite(value)) continue;
      expect(Math.fround(parse(formatFull(value)))).toBe(value);
    }
  });
});

describe('counts', () => {
  it.each([
    [0, '0'],
    [999, '999'],
    [19920, '19\u202f920'],
    [11689512, '11\u202f689\u202f512'],
    [-1000, '\u22121\u202f000'],
  ])('writes %d as %s', (count, text) => {
    expect(formatCount(count)).toBe(text);
  });
});

describe('formatPercent', () => {
  it.each([
    [0, '0%'],
    [1, '100%'],
    [0.873, '87.3%'],
    [0.0004, '<0.1%'],
    [0.99999, '>99.9%'],
    [0.001, '0.1%'],
    [-0.05, '\u22125.0%'],
    [NaN, 'NaN'],
  ])('writes %d as %s', (share, text) => {
    expect(formatPercent(share)).toBe(text);
  });
});

describe('formatShape', () => {
  it('joins the sizes with a multiplication sign', () => {
    expect(formatShape([10, 62, 62])).toBe('10\u202f×\u202f62\u202f×\u202f62');
  });
});

describe('formatAdded', () => {
  it('takes off what is negative, with one sign', () => {
    expect([0.18, -0.68, 0].map(formatAdded)).toEqual(['+ 0.180', '\u2212 0.680', '+ 0']);
  });
});

describe('formatSquare', () => {
  it.each([
    [0.1936, '0.19'],
    [-0.0934, '−0.093'],
    [-0.00596, '−0.006'],
    [0.00013, '0.0001'],
    [-0.00013, '−1e−4'],
    [12.34, '12'],
    [0, '0'],
  ])('writes %d into a square as %s', (value, text) => {
    expect(formatSquare(value)).toBe(text);
  });
});
