import { describe, expect, it } from 'vitest';
import { indexOf, placeAt, sheetOf, squareAt, squareOf } from './sheet';
import type { NodeInfo } from './types';

type Drawn = Pick<NodeInfo, 'shape' | 'geometry'>;
const map: Drawn = { shape: [4, 3, 5], geometry: { kind: 'cell', function: 'relu' } };
const flat: Drawn = { shape: [60], geometry: { kind: 'flatten', from: [4, 3, 5] } };
const vector: Drawn = { shape: [120], geometry: { kind: 'dense', in: 400, out: 120 } };

describe('the sheet of an opened channel', () => {
  it('is the map itself, or the map that was flattened', () => {
    expect(sheetOf(map)).toEqual({ rows: 3, columns: 5, count: 15 });
    expect(sheetOf(flat)).toEqual({ rows: 3, columns: 5, count: 15 });
  });

  it('holds a vector in rows that are nearly square', () => {
    expect(sheetOf(vector)).toEqual({ rows: 11, columns: 11, count: 120 });
  });

  it.each([
    ['map', map],
    ['flattened channel', flat],
    ['vector', vector],
  ])('leads from every square of a %s to a place and back', (_, node) => {
    const { columns, count } = sheetOf(node);
    for (let i = 0; i < count; i++) {
      const square = { y: Math.floor(i / columns), x: i % columns };
      const place = placeAt(node, 2, square);
      expect(place && squareAt(node, place.channel, place)).toEqual(square);
    }
  });

  it('has no place beyond the last number', () => {
    expect(placeAt(vector, 0, { y: 10, x: 10 })).toBeNull();
  });

  it('has no square without a cell', () => {
    expect(squareAt(map, 1, null)).toBeNull();
  });

  it.each([
    ['map', map],
    ['flattened channel', flat],
    ['vector', vector],
  ])('of a %s finds every value of the node again', (_, node) => {
    const { count } = sheetOf(node);
    for (let index = 0; index < 2 * count && index < 120; index++) {
      const { channel, square } = squareOf(node, index);
      expect(indexOf(node, channel, square)).toBe(index);
    }
    expect(indexOf(vector, 0, { y: 10, x: 10 })).toBeNull();
  });
});
