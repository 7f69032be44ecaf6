import { describe, expect, it } from 'vitest';
import { pixelsOf, Recorder } from '../../tests/canvas';
import { colourTable } from '../core/colour';
import { stripOf } from '../core/strip';
import { drawStrip, rowEdges, type StripOptions } from './strip';

const options: StripOptions = {
  height: 4,
  axis: { lo: 0.01, hi: 1, isLog: true },
  scale: 'log',
  theme: 'light',
  warn: 'warn',
  zero: 'zero',
};
const step = Float64Array.of(1, 2);
const table = colourTable('viridis', 'light');

function draw(values: readonly Float64Array[], more: Partial<StripOptions> = {}): Recorder {
  const recorder = new Recorder();
  drawStrip(recorder.context, stripOf(step, values, [0, 2], 2), { ...options, ...more });
  return recorder;
}

describe('drawStrip', () => {
  it('colours each cell from the table, rows below each other', () => {
    const pixels = pixelsOf(draw([Float64Array.of(0.01, 1), Float64Array.of(1, 0.1)]));
    const [low, middle, high] = [table[0], table[128], table[255]];
    expect([...pixels]).toEqual([low, high, low, high, high, middle, high, middle]);
  });

  it('leaves paper where nothing is known', () => {
    const recorder = draw([Float64Array.of(NaN, 1)], { warn: '' });
    expect([...pixelsOf(recorder).subarray(0, 2)]).toEqual([0, table[255]]);
    expect(recorder.calls('fillRect')).toEqual([]);
  });

  it('draws a thin line through zeros', () => {
    const recorder = draw([Float64Array.of(0, 1)]);
    expect(recorder.callsWith('fillRect', 'fillStyle')).toEqual([
      { values: [0, 1, 1, 1], setting: 'zero' },
    ]);
  });

  it('marks what is no number over the whole row', () => {
    const recorder = draw([Float64Array.of(1, NaN)]);
    expect(recorder.callsWith('fillRect', 'fillStyle')).toEqual([
      { values: [1, 0, 1, 3], setting: 'warn' },
    ]);
  });

  it('draws nothing where there is no layer or no room', () => {
    expect(draw([]).calls('putImageData')).toEqual([]);
    expect(draw([Float64Array.of(1, 1)], { height: 0 }).calls('putImageData')).toEqual([]);
  });

  it('keeps a line of paper between rows that are high enough', () => {
    expect([0, 1, 2].map((row) => rowEdges(row, 3, 30))).toEqual([
      [0, 9],
      [10, 19],
      [20, 29],
    ]);
    expect(rowEdges(0, 10, 30)).toEqual([0, 3]);
  });
});
