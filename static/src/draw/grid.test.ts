import { beforeEach, describe, expect, it } from 'vitest';
import { Recorder } from '../../tests/canvas';
import {
  colourTable,
  contrast,
  cssColour,
  unpackRgb,
  valueColour,
  type Palette,
  type Rgb,
} from '../core/colour';
import { drawGrid, textOn, type GridOptions } from './grid';

const options: GridOptions = {
  ...{ x: 100, y: 10, cell: 20, palette: 'weight', range: [-2, 2], theme: 'light' },
  ...{ digits: 2, fontSize: 9, family: 'mono', line: 'line' },
};
const data = { values: [-2, -1, 0, 0.5, 1, 2], rows: 2, columns: 3 };

let recorder: Recorder;
beforeEach(() => {
  recorder = new Recorder();
});

describe('textOn', () => {
  const cases = (['activation', 'weight', 'logit', 'grey'] as Palette[]).flatMap((palette) =>
    (['light', 'dark'] as const).map((theme) => [palette, theme] as const),
  );
  const inks: Record<string, Rgb> = { black: [0, 0, 0], white: [255, 255, 255] };

  // 4.58 is what the worse of the two middles allows: sqrt(21).
  it.each(cases)('reads well on every colour of %s in %s', (palette, theme) => {
    for (const word of colourTable(palette, theme)) {
      const ratio = contrast(unpackRgb(word), inks[textOn(word)] as Rgb);
      expect(ratio).toBeGreaterThanOrEqual(4.5);
    }
  });
});

describe('drawGrid', () => {
  it('fills row by row with the colour that every value has on the scale', () => {
    drawGrid(recorder.context, data, options);
    const squares = recorder.callsWith('fillRect', 'fillStyle');
    expect(squares).toEqual(
      data.values.map((value, i) => ({
        values: [100 + (i % 3) * 20, 10 + Math.floor(i / 3) * 20, 20, 20],
        setting: cssColour(valueColour('weight', value, [-2, 2], 'light')),
      })),
    );
  });

  it('writes every value into the middle of its square', () => {
    drawGrid(recorder.context, data, options);
    const written = recorder.calls('fillText').map(([text, x, y]) => [text, x, y]);
    expect(written).toEqual([
      ['−2.0', 110, 20],
      ['−1.0', 130, 20],
      ['0', 150, 20],
      ['0.50', 110, 40],
      ['1.0', 130, 40],
      ['2.0', 150, 40],
    ]);
  });

  it('writes nothing where no digits are wanted', () => {
    drawGrid(recorder.context, data, { ...options, digits: 0 });
    expect(recorder.calls('fillText')).toEqual([]);
    expect(recorder.calls('fillRect')).toHaveLength(6);
  });

  it('has its frame inside itself', () => {
    drawGrid(recorder.context, data, options);
    expect(recorder.calls('strokeRect')).toEqual([[100.5, 10.5, 59, 39]]);
  });
});
