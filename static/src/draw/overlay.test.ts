import { beforeEach, describe, expect, it } from 'vitest';
import { Recorder } from '../../tests/canvas';
import { drawFields, drawOverlay, type OverlayData } from './overlay';
import type { View } from './scene';

const view: View = { k: 2, x: 100, y: -40, width: 400, height: 300, ratio: 1 };
const colours = { paper: 'paper', accent: 'accent', ink: 'ink' };
const box = (x: number) => ({ x, y: 0, w: 10, h: 10 });
const nothing: OverlayData = { links: [], lit: [], target: null, dim: 0 };

let recorder: Recorder;
beforeEach(() => {
  recorder = new Recorder();
});

const draw = (data: Partial<OverlayData>, k = view.k) =>
  drawOverlay(recorder.context, { ...nothing, ...data }, { view: { ...view, k }, colours });

/** The rectangles of every closed path, with the colour that it is stroked or filled in. */
function paths(end: 'stroke' | 'fill', setting: string) {
  let [rects, colour]: [unknown[][], unknown] = [[], ''];
  return recorder.entries.flatMap(([name, ...values]) => {
    if (name === 'beginPath') rects = [];
    if (name === 'rect') rects.push(values);
    if (name === `${setting}=`) [colour] = values;
    return name === end && rects.length > 0 ? [{ rects, colour }] : [];
  });
}

describe('drawOverlay', () => {
  it('clears what was there and draws nothing where nothing is pointed at', () => {
    draw({});
    expect(recorder.calls('clearRect')).toEqual([[0, 0, 400, 300]]);
    expect(recorder.calls('fill')).toEqual([]);
    expect(paths('stroke', 'strokeStyle')).toEqual([]);
  });

  it('dims the whole view but the target and what is lit', () => {
    draw({ dim: 1, target: box(0), lit: [box(20), box(40)] });
    const seen = [-50, 20, 200, 150];
    expect(paths('fill', 'fillStyle')).toEqual([
      {
        rects: [seen, [20, 0, 10, 10], [40, 0, 10, 10], [0, 0, 10, 10]],
        colour: 'paper',
      },
    ]);
    expect(recorder.calls('fill')).toEqual([['evenodd']]);
  });

  it('leaves the transparency of the context as it was', () => {
    draw({ dim: 1, target: box(0) });
    const names = recorder.entries.map(([name]) => name);
    expect(names.indexOf('save')).toBeLessThan(names.indexOf('globalAlpha='));
    expect(names.indexOf('globalAlpha=')).toBeLessThan(names.indexOf('restore'));
  });

  it('strokes sources in ink and the target in the accent', () => {
    draw({ target: box(0), lit: [box(20)] });
    expect(paths('stroke', 'strokeStyle')).toEqual([
      { rects: [[20, 0, 10, 10]], colour: 'ink' },
      { rects: [[0, 0, 10, 10]], colour: 'accent' },
    ]);
  });

  it.each([0.5, 1, 8])('makes strong links thick and weak ones thin at zoom %f alike', (k) => {
    const link = { from: box(0), to: box(50), colour: '' };
    draw({ links: [0, 0.5, 1].map((strength) => ({ ...link, strength })) }, k);
    const widths = recorder
      .callsWith('bezierCurveTo', 'lineWidth')
      .map(({ setting }) => (setting as number) * k);
    expect(widths.map((width) => Number(width.toFixed(6)))).toEqual([0.8, 2.1, 3.4]);
  });

  it('colours a link by its weight, and in ink where nothing is weighed', () => {
    const link = { from: box(0), to: box(50), strength: 0 };
    draw({
      links: [
        { ...link, colour: 'green' },
        { ...link, colour: '' },
      ],
    });
    const used = recorder.callsWith('bezierCurveTo', 'strokeStyle').map(({ setting }) => setting);
    expect(used).toEqual(['green', 'ink']);
  });
});

describe('drawFields', () => {
  it('puts the windows of the cell in the place of those before', () => {
    drawFields(recorder.context, [box(25), box(40)], { view, colours });
    expect(recorder.entries.findIndex(([name]) => name === 'clearRect')).toBeLessThan(
      recorder.entries.findIndex(([name]) => name === 'rect'),
    );
    const rects = [
      [25, 0, 10, 10],
      [40, 0, 10, 10],
    ];
    expect(paths('stroke', 'strokeStyle')).toEqual([{ rects, colour: 'accent' }]);
  });
});
