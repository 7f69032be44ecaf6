import { describe, expect, it } from 'vitest';
import { channelsOf, SWATCHES } from './colourpad';
import { extended, movedPoint, type Fill, type Line } from './pad';

const line: Line = { kind: 'line', colour: '#ffffff', width: 0.1, points: [{ x: 0, y: 0 }] };
const fill: Fill = { kind: 'fill', colour: '#ffffff', at: { x: 0.5, y: 0.5 } };

describe('extended', () => {
  it('adds a point to the last line and leaves the earlier marks as they are', () => {
    const [first, last] = extended([line, line], { x: 1, y: 1 }) as [Line, Line];
    expect(first).toBe(line);
    expect(last.points).toEqual([
      { x: 0, y: 0 },
      { x: 1, y: 1 },
    ]);
    expect(line.points).toHaveLength(1);
  });

  it('changes nothing behind a fill or on an empty pad', () => {
    expect(extended([fill], { x: 1, y: 1 })).toEqual([fill]);
    expect(extended([], { x: 1, y: 1 })).toEqual([]);
  });
});

describe('movedPoint', () => {
  it('moves by a step and not over the edge', () => {
    expect(movedPoint('ArrowDown', { x: 0.5, y: 0.5 }, 0.25)).toEqual({ x: 0.5, y: 0.75 });
    expect(movedPoint('ArrowLeft', { x: 0.1, y: 0.5 }, 0.25)).toEqual({ x: 0, y: 0.5 });
  });

  it('is null for a key that is no arrow', () => {
    expect(movedPoint('Enter', { x: 0, y: 0 }, 0.1)).toBe(null);
  });
});

describe('the swatches', () => {
  it('are six hexadecimal digits each, none twice', () => {
    const colours = SWATCHES.map(({ colour }) => colour);
    expect(new Set(colours).size).toBe(colours.length);
    for (const colour of colours) expect(colour).toMatch(/^#[0-9a-f]{6}$/);
  });

  it('are read as red, green and blue', () => {
    expect(channelsOf('#01a0ff')).toEqual([1, 160, 255]);
  });
});
