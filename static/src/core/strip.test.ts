import { describe, expect, it } from 'vitest';
import { colourTable } from './colour';
import { cellColour, decades, rampOf, stripAxis, stripOf } from './strip';

const step = Float64Array.of(1, 2, 3, 4);
const cells = (strip: { cells: Float64Array }) => [...strip.cells];

describe('a strip', () => {
  it('has a row for each layer and the largest value of the steps of each column', () => {
    const strip = stripOf(
      step,
      [Float64Array.of(1, 5, 2, 3), Float64Array.of(4, 4, 9, 1)],
      [0, 4],
      2,
    );
    expect(cells(strip)).toEqual([5, 3, 4, 9]);
  });

  it('keeps the last value where a column has no step of its own', () => {
    const strip = stripOf(Float64Array.of(0, 10), [Float64Array.of(7, 8)], [0, 10], 5);
    expect(cells(strip)).toEqual([7, 7, 7, 7, 8]);
  });

  it('shows nothing before the first step and after the last one', () => {
    const strip = stripOf(Float64Array.of(4, 5), [Float64Array.of(7, 8)], [0, 8], 8);
    expect(cells(strip)).toEqual([NaN, NaN, NaN, 7, 8, NaN, NaN, NaN]);
  });

  it('marks what is no number and keeps the others of its column', () => {
    const strip = stripOf(step, [Float64Array.of(1, NaN, Infinity, Infinity)], [0, 4], 2);
    expect(cells(strip)).toEqual([1, NaN]);
    expect([...strip.broken]).toEqual([1, 1]);
  });

  it('is blank without steps', () => {
    expect(cells(stripOf(new Float64Array(0), [new Float64Array(0)], [0, 1], 3))).toEqual([
      NaN,
      NaN,
      NaN,
    ]);
  });
});

describe('the colours of a strip', () => {
  it('go over whole powers of ten that hold all values above zero', () => {
    expect(stripAxis([0.03, 0, NaN, 4], 'log')).toEqual({ lo: 0.01, hi: 10, isLog: true });
    expect(decades([2, 2])).toEqual({ lo: 1, hi: 10, isLog: true });
  });

  it('of shares always go from 0 to 1, of signed values equally far to both sides', () => {
    expect(stripAxis([0.3], 'share')).toEqual({ lo: 0, hi: 1, isLog: false });
    expect(stripAxis([-0.9, 0.4], 'signed')).toEqual({ lo: -1, hi: 1, isLog: false });
    expect(stripAxis([0.2, 0.4], 'positive').lo).toBe(0);
  });

  it('are those of the table at the place of the value', () => {
    const axis = { lo: 0.01, hi: 1, isLog: true };
    const table = colourTable('viridis', 'light');
    expect(cellColour(0.01, axis, 'log', 'light')).toBe(table[0]);
    expect(cellColour(0.1, axis, 'log', 'light')).toBe(table[128]);
    expect(cellColour(1, axis, 'log', 'light')).toBe(table[255]);
  });

  it('leave zero and what is no number without one on a log scale', () => {
    const axis = { lo: 0.01, hi: 1, isLog: true };
    expect(cellColour(0, axis, 'log', 'light')).toBe(0);
    expect(cellColour(NaN, axis, 'log', 'light')).toBe(0);
    expect(cellColour(0, { lo: 0, hi: 1, isLog: false }, 'share', 'light')).not.toBe(0);
  });

  it('have a legend that names both ends', () => {
    const texts = (lo: number, hi: number) =>
      rampOf({ lo, hi, isLog: true }, 'log', 'light').ticks.map(({ text }) => text);
    expect(texts(1e-4, 1)).toEqual(['10⁻⁴', '0.01', '1']);
    expect(texts(1e-5, 1)).toEqual(['10⁻⁵', '1']);
    const signed = rampOf({ lo: -2, hi: 2, isLog: false }, 'signed', 'dark').ticks;
    expect(signed.map(({ text, at }) => [text, at])).toEqual([
      ['−2', 0],
      ['0', 0.5],
      ['2', 1],
    ]);
  });
});
