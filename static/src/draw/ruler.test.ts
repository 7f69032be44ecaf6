import { describe, expect, it } from 'vitest';
import { Recorder } from '../../tests/canvas';
import { cssColour, valueColour } from '../core/colour';
import { layOutRuler, mapCellBox, slitBox } from '../core/ruler';
import { drawElement, drawRuler } from './ruler';

const INK = {
  ...{ paper: 'paper', ink: 'ink', muted: 'muted', line: 'line' },
  ...{ accent: 'accent', family: 'sans' },
};
const OPTIONS = { width: 300, height: 100, ratio: 1, theme: 'light', ink: INK } as const;
const values = Float32Array.from({ length: 2 * 6 }, (_, i) => i - 6);
const weights = Float32Array.from({ length: 2 * 6 }, (_, i) => (i % 3) - 1);
const layout = layOutRuler([2, 2, 3], { first: 0, shown: 2 }, 300);
const picture = {
  ...{ layout, values, weights, weightRange: [-1, 1] as const },
  range: () => ({ palette: 'activation' as const, range: [-6, 6] as const }),
};

describe('drawRuler', () => {
  it('gives an element the colour of its value on the map and in the row, and its weight below', () => {
    const recorder = new Recorder();
    drawRuler(recorder.context, picture, OPTIONS);
    const fills = recorder.callsWith('fillRect', 'fillStyle');
    expect(fills.length).toBe(3 * 12);
    const at = (x: number | undefined, y: number | undefined) =>
      fills.find(({ values: [left, top] }) => left === x && top === y)?.setting;
    const colour = cssColour(valueColour('activation', values[7] as number, [-6, 6], 'light'));
    const cell = mapCellBox(layout, 7);
    expect(at(cell?.x, cell?.y)).toBe(colour);
    const slit = slitBox(layout, 7, 'value');
    expect(at(slit.x, slit.y)).toBe(colour);
    const below = slitBox(layout, 7, 'weight');
    expect(at(below.x, below.y)).toBe(
      cssColour(valueColour('weight', weights[7] as number, [-1, 1], 'light')),
    );
  });

  it('names channels and the first element of each row', () => {
    const recorder = new Recorder();
    drawRuler(recorder.context, picture, OPTIONS);
    expect(recorder.calls('fillText').map(([text]) => text)).toEqual(['0', '0', '1', '6']);
  });
});

describe('drawElement', () => {
  it('marks the element on its map, in the row and among the weights', () => {
    const recorder = new Recorder();
    drawElement(recorder.context, 7, picture, OPTIONS);
    expect(recorder.calls('strokeRect').length).toBe(3);
    expect(recorder.calls('lineTo').length).toBe(1);
  });

  it('marks nothing that is on another page', () => {
    const recorder = new Recorder();
    const second = layOutRuler([2, 2, 3], { first: 1, shown: 1 }, 300);
    drawElement(recorder.context, 3, { ...picture, layout: second }, OPTIONS);
    expect(recorder.calls('strokeRect')).toEqual([]);
  });
});
