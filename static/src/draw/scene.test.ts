import { beforeEach, describe, expect, it } from 'vitest';
import { Recorder } from '../../tests/canvas';
import type { Atlas } from './atlas';
import {
  clearView,
  drawEdges,
  drawScene,
  isVisible,
  traceLink,
  type DrawnColumn,
  type View,
} from './scene';

const view: View = { k: 1, x: 0, y: 0, width: 400, height: 300, ratio: 1 };
const colours = { frame: 'frame', mark: 'mark' };
const box = (x: number, y: number, w = 40, h = 40) => ({ x, y, w, h });

let recorder: Recorder;
beforeEach(() => {
  recorder = new Recorder();
});

function atlasOf(height: number, width: number): Atlas {
  return { canvas: 'atlas', across: 2, count: 4, height, width } as unknown as Atlas;
}

function columnOf(side: number, ...places: [channel: number, x: number, y: number][]) {
  const cells = places.map(([channel, x, y]) => ({ channel, ...box(x, y) }));
  return { cells, atlas: atlasOf(side, side), dead: new Set([1]) };
}

const draw = (columns: readonly DrawnColumn[], seen: Partial<View> = {}) =>
  drawScene(recorder.context, columns, { view: { ...view, ...seen }, colours });

describe('clearView', () => {
  it('clears every device pixel, then sets the way from the world to the device', () => {
    clearView(recorder.context, { k: 2, x: 10, y: -5, width: 400, height: 300, ratio: 1.5 });
    expect(recorder.entries).toEqual([
      ['setTransform', 1, 0, 0, 1, 0, 0],
      ['clearRect', 0, 0, 600, 450],
      ['setTransform', 3, 0, 0, 3, 15, -7.5],
    ]);
  });
});

describe('isVisible', () => {
  it.each([
    ['inside', box(10, 10), true],
    ['over the left edge', box(-39, 10), true],
    ['left of it', box(-40, 10), false],
    ['right of it', box(400, 10), false],
    ['above it', box(10, -41), false],
    ['below it', box(10, 301), false],
  ])('of a box %s', (_where, at, seen) => {
    expect(isVisible(at, view)).toBe(seen);
  });

  it('follows zoom and shift', () => {
    expect(isVisible(box(500, 0), { ...view, k: 0.5 })).toBe(true);
    expect(isVisible(box(10, 10), { ...view, x: -60 })).toBe(false);
    expect(isVisible(box(10, 10), { ...view, k: 8, x: -100, y: -100 })).toBe(true);
  });
});

describe('drawScene', () => {
  it('takes each map from its place in the atlas and leaves out what is not seen', () => {
    draw([columnOf(8, [0, 0, 0], [3, 50, 0], [2, 900, 0])]);
    expect(recorder.calls('drawImage')).toEqual([
      ['atlas', 0, 0, 8, 8, 0, 0, 40, 40],
      ['atlas', 8, 8, 8, 8, 50, 0, 40, 40],
    ]);
  });

  it.each([
    [8, 1, false],
    [32, 1, true],
    [32, 3, false],
  ])('of %i cells on 40 px at zoom %f is smoothed: %s', (side, k, isSmooth) => {
    draw([columnOf(side, [0, 0, 0])], { k });
    expect(recorder.callsWith('drawImage', 'imageSmoothingEnabled')[0]?.setting).toBe(isSmooth);
  });

  it('frames maps, and no single numbers', () => {
    draw([columnOf(8, [0, 0, 0])]);
    expect(recorder.callsWith('rect', 'strokeStyle')).toEqual([
      { values: [0, 0, 40, 40], setting: 'frame' },
    ]);
    recorder = new Recorder();
    draw([columnOf(1, [0, 0, 0])]);
    expect(recorder.calls('rect')).toEqual([]);
  });

  it('strikes through the dead map alone', () => {
    draw([columnOf(8, [0, 0, 0], [1, 50, 0])]);
    const marks = recorder.callsWith('lineTo', 'strokeStyle');
    expect(marks).toEqual([{ values: [90, 0], setting: 'mark' }]);
    expect(recorder.calls('moveTo')).toEqual([[50, 40]]);
  });

  it('draws the links of which an end is seen', () => {
    const edges = [
      { from: box(0, 0), to: box(100, 0) },
      { from: box(380, 0), to: box(900, 0) },
      { from: box(800, 0), to: box(900, 0) },
    ];
    drawEdges(recorder.context, edges, { view, colour: 'line' });
    expect(recorder.calls('moveTo')).toEqual([
      [40, 20],
      [420, 20],
    ]);
  });

  it.each([0.5, 1, 4])('keeps lines as thin as they were at zoom %f', (k) => {
    draw([columnOf(8, [0, 0, 0])], { k });
    const widths = recorder.calls('lineWidth=').map(([width]) => (width as number) * k);
    expect(widths).toEqual([1]);
  });
});

describe('traceLink', () => {
  it('runs from the right side to the left side of what follows', () => {
    traceLink(recorder.context, { from: box(0, 0), to: box(100, 60, 40, 20) });
    expect(recorder.entries).toEqual([
      ['moveTo', 40, 20],
      ['bezierCurveTo', 70, 20, 70, 70, 100, 70],
    ]);
  });

  it('runs from the lower side to the upper side of what stands below', () => {
    traceLink(recorder.context, { from: box(100, 0), to: box(0, 90) });
    expect(recorder.entries).toEqual([
      ['moveTo', 120, 40],
      ['bezierCurveTo', 120, 65, 20, 65, 20, 90],
    ]);
  });
});
