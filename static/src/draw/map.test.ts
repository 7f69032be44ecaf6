// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { pixelsOf, recordCanvases, Recorder } from '../../tests/canvas';
import { valueColour } from '../core/colour';
import { drawMap, paintMapImage, TEXT_PX, type MapData, type MapOptions } from './map';

const values = Float32Array.from({ length: 12 }, (_, i) => i - 5);
const data: MapData = { values, height: 3, width: 4, cursor: null, windows: [], winners: [] };
const image = 'image' as unknown as HTMLCanvasElement;
const view = { cell: 10, left: 5, top: 7, width: 200, height: 100, ratio: 2 };
const options: MapOptions = {
  ...{ view, palette: 'activation', range: [-6, 6], theme: 'dark' },
  ...{ accent: 'accent', paper: 'paper', family: 'sans' },
};

let recorder: Recorder;
beforeEach(() => {
  recorder = new Recorder();
});
afterEach(() => vi.restoreAllMocks());

const draw = (change: Partial<MapData>, seen: Partial<typeof view> = {}) =>
  drawMap(
    recorder.context,
    { ...data, ...change },
    { ...options, image, view: { ...view, ...seen } },
  );

describe('paintMapImage', () => {
  it('has one pixel a cell in the colour of its value', () => {
    const recorderOf = recordCanvases();
    const canvas = paintMapImage(data, options);
    expect([canvas.width, canvas.height]).toEqual([4, 3]);
    expect([...pixelsOf(recorderOf(canvas))]).toEqual(
      [...values].map((value) => valueColour('activation', value, [-6, 6], 'dark')),
    );
  });
});

describe('drawMap', () => {
  it('draws exact squares at the place of the view, in device pixels', () => {
    draw({});
    expect(recorder.calls('setTransform')).toEqual([[2, 0, 0, 2, 0, 0]]);
    expect(recorder.callsWith('drawImage', 'imageSmoothingEnabled')).toEqual([
      { values: ['image', 5, 7, 40, 30], setting: false },
    ]);
  });

  it('writes values only into cells that are wide enough', () => {
    draw({}, { cell: TEXT_PX - 1 });
    expect(recorder.calls('fillText')).toEqual([]);
    draw({}, { cell: TEXT_PX, width: 999, height: 999 });
    expect(recorder.calls('fillText')).toHaveLength(12);
  });

  it('writes the values that are seen, each into its own cell', () => {
    draw({}, { cell: 50, left: -60, top: -50, width: 80, height: 60 });
    expect(recorder.calls('fillText')).toEqual([
      ['0', 15, 25],
      ['1.00', 65, 25],
      ['4.00', 15, 75],
      ['5.00', 65, 75],
    ]);
  });

  it('puts a dot with a ring on every winner that is seen', () => {
    const winners = [
      { y: 0, x: 3 },
      { y: 2, x: 0 },
    ];
    draw({ winners });
    expect(recorder.calls('arc').map(([x, y]) => [x, y])).toEqual([
      [40, 12],
      [10, 32],
    ]);
    expect(recorder.callsWith('fill', 'fillStyle')[0]?.setting).toBe('accent');
    expect(recorder.callsWith('stroke', 'strokeStyle')[0]?.setting).toBe('paper');
    recorder = new Recorder();
    draw({ winners }, { left: -36 });
    expect(recorder.calls('arc')).toHaveLength(1);
  });

  it.each([2, 10, 60])('keeps the dots inside cells of %i px', (cell) => {
    draw({ winners: [{ y: 0, x: 0 }] }, { cell });
    expect((recorder.calls('arc')[0] as number[])[2]).toBeLessThanOrEqual(cell / 2);
  });

  it('dashes windows, which may reach into the padding, and the cursor not', () => {
    draw({ windows: [{ x: -1, y: 1, w: 3, h: 2 }], cursor: { y: 2, x: 1 } });
    expect(recorder.callsWith('strokeRect', 'strokeStyle')).toEqual([
      { values: [-5, 17, 30, 20], setting: 'accent' },
      { values: [15, 27, 10, 10], setting: 'accent' },
    ]);
    const dashes = recorder.entries.filter(([name]) => /setLineDash|strokeRect/.test(name));
    expect(dashes.map(([name, first]) => (name === 'strokeRect' ? name : first))).toEqual([
      [4, 2],
      'strokeRect',
      [],
      'strokeRect',
    ]);
  });
});
