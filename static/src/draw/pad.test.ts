import { describe, expect, it } from 'vitest';
import { areaAround } from './pad';

/** Pixels of a square picture: '#' is black, '+' a blended grey, '.' white. */
function pixelsOf(rows: readonly string[]): Uint8ClampedArray {
  const values: Readonly<Record<string, number>> = { '#': 0, '+': 128, '.': 255 };
  const greys = [...rows.join('')].map((sign) => values[sign] as number);
  return Uint8ClampedArray.from(greys.flatMap((grey) => [grey, grey, grey, 255]));
}

function area(rows: readonly string[], start: number): string[] {
  const side = rows.length;
  const found = areaAround(pixelsOf(rows), side, start);
  return rows.map((_row, y) => found.slice(y * side, (y + 1) * side).join(''));
}

describe('areaAround', () => {
  it('ends at the rim of another colour, which it holds, and does not go through it', () => {
    expect(area(['..#.', '..#.', '..#.', '..#.'], 0)).toEqual(['1110', '1110', '1110', '1110']);
  });

  it('does not go round the edge of the pad to the next row', () => {
    expect(area(['.##', '###', '##.'], 0)).toEqual(['110', '100', '000']);
  });

  it('takes one pixel of a blended edge with it', () => {
    expect(area(['.+#', '.+#', '.+#'], 0)).toEqual(['110', '110', '110']);
  });

  it('holds the whole pad when it has one colour', () => {
    expect(area(['...', '...', '...'], 4)).toEqual(['111', '111', '111']);
  });
});
