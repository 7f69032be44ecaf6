import { describe, expect, it } from 'vitest';
import { flatCell, flatIndex, movedElement, pageOf, rulerOf } from './flatOrder';

const MAPS = [16, 7, 7];

describe('the order of a flattened vector', () => {
  it('puts entry 137 of 16 maps of 7 by 7 on channel 2, row 5, column 4', () => {
    expect(flatCell(MAPS, 137)).toEqual({ c: 2, y: 5, x: 4 });
    expect(flatIndex(MAPS, { c: 2, y: 5, x: 4 })).toBe(137);
  });

  it('is the same there and back for every element', () => {
    for (let i = 0; i < 16 * 49; i++) expect(flatIndex(MAPS, flatCell(MAPS, i))).toBe(i);
  });
});

describe('rulerOf', () => {
  it('has a row a channel', () => {
    expect(rulerOf(MAPS)).toEqual({ rows: 16, columns: 49, count: 784, hasMaps: true });
  });

  it('of channels of one number is a vector in lines', () => {
    expect(rulerOf([512, 1, 1])).toEqual({ rows: 16, columns: 32, count: 512, hasMaps: false });
    expect(rulerOf([10, 1, 1])).toEqual({ rows: 1, columns: 10, count: 10, hasMaps: false });
  });
});

describe('pageOf', () => {
  it.each([
    [0, 0],
    [11, 0],
    [12, 12],
    [63, 52],
  ])('shows row %i on the page that begins at %i', (at, first) => {
    expect(pageOf(at, 12, 64)).toBe(first);
  });

  it('begins at 0 where all rows fit', () => {
    expect(pageOf(5, 12, 6)).toBe(0);
  });
});

describe('movedElement', () => {
  it.each([
    ['ArrowRight', 138],
    ['ArrowDown', 144],
    ['PageUp', 88],
    ['Home', 0],
    ['End', 783],
  ])('%s goes from 137 to %i', (key, next) => {
    expect(movedElement(key, 137, MAPS)).toBe(next);
  });

  it('stays inside, and leaves other keys alone', () => {
    expect(movedElement('ArrowLeft', 0, MAPS)).toBe(0);
    expect(movedElement('a', 0, MAPS)).toBe(null);
  });
});
