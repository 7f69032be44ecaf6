import { beforeEach, describe, expect, it } from 'vitest';
import { Recorder } from '../../tests/canvas';
import type { ChartPicture, Line } from '../core/chart';
import { drawChart, drawCursor, plotBox, spread, type ChartOptions } from './chart';

const ink = {
  paper: 'paper',
  ink: 'ink',
  muted: 'muted',
  line: 'line',
  accent: 'accent',
  warn: 'warn',
  family: 'sans',
};
// A plot of 100 by 100 pixels at (44, 8).
const options: ChartOptions = {
  width: 154,
  height: 128,
  ratio: 2,
  plot: plotBox(154, 128),
  ink,
};
const line = (x: readonly number[], y: readonly number[], more: Partial<Line> = {}): Line => ({
  path: { x: Float64Array.from(x), y: Float64Array.from(y), breaks: [] },
  colour: 'blue',
  width: 2,
  alpha: 1,
  dash: [],
  ...more,
});
const nothing: ChartPicture = {
  lines: [],
  dots: [],
  flags: [],
  breaks: [],
  x: { lo: 0, hi: 10, isLog: false },
  y: { lo: 0, hi: 1, isLog: false },
};

let recorder: Recorder;
beforeEach(() => {
  recorder = new Recorder();
});
const draw = (picture: Partial<ChartPicture>) =>
  drawChart(recorder.context, { ...nothing, ...picture }, options);

/** Points of every stroke in a colour. */
function strokes(colour: string): unknown[][][] {
  let [path, now]: [unknown[][], unknown] = [[], ''];
  return recorder.entries.flatMap(([name, ...values]) => {
    if (name === 'beginPath') path = [];
    if (name === 'moveTo' || name === 'lineTo') path.push([name, ...values]);
    if (name === 'strokeStyle=') [now] = values;
    return name === 'stroke' && now === colour ? [path] : [];
  });
}

describe('drawChart', () => {
  it('puts values at their places, the larger ones higher', () => {
    draw({ lines: [line([0, 5, 10], [0, 1, 0.5])] });
    expect(strokes('blue')).toEqual([
      [
        ['moveTo', 44, 108],
        ['lineTo', 94, 8],
        ['lineTo', 144, 58],
      ],
    ]);
  });

  it.each([
    ['straight', (x: number) => x / 10, 2, 2],
    ['smooth', (x: number) => Math.exp(-x), 5, 25],
    ['jagged', (x: number) => (Math.round(20 * x) % 2) / 2, 201, 201],
  ])('leaves out what lies on the way of a %s curve', (_name, value, least, most) => {
    const xs = Array.from({ length: 201 }, (_, i) => i / 20);
    draw({ lines: [line(xs, xs.map(value))] });
    const corners = (strokes('blue')[0] ?? []).map(([, x, y]) => [x, y] as [number, number]);
    expect(corners.length).toBeGreaterThanOrEqual(least);
    expect(corners.length).toBeLessThanOrEqual(most);
    for (const step of xs) {
      const [x, y] = [44 + 10 * step, 108 - 100 * value(step)];
      const after = corners.findIndex(([at]) => at >= x - 1e-9);
      const [[x0, y0], [x1, y1]] = [corners[Math.max(0, after - 1)], corners[after]] as [
        [number, number],
        [number, number],
      ];
      const drawn = x1 > x0 ? y0 + ((x - x0) / (x1 - x0)) * (y1 - y0) : y1;
      expect(Math.abs(drawn - y)).toBeLessThanOrEqual(0.25 + 1e-9);
    }
  });

  it('draws sharp on every screen', () => {
    draw({});
    expect(recorder.calls('setTransform')).toEqual([[2, 0, 0, 2, 0, 0]]);
    expect(recorder.calls('clearRect')).toEqual([[0, 0, 154, 128]]);
  });

  it('lifts the pen where a value is no number, and marks the place with a cross', () => {
    draw({ lines: [line([0, 4, 5, 10], [0, 1, NaN, 1])], breaks: [5] });
    expect(strokes('blue')[0]).toEqual([
      ['moveTo', 44, 108],
      ['lineTo', 84, 8],
      // The last point stands alone.
      ['moveTo', 143, 8],
      ['lineTo', 145, 8],
    ]);
    expect(strokes('warn')).toEqual([
      [
        ['moveTo', 91, 100],
        ['lineTo', 97, 106],
        ['moveTo', 91, 106],
        ['lineTo', 97, 100],
      ],
    ]);
  });

  it('draws a raw line faintly and leaves the next one as it is', () => {
    draw({ lines: [line([0], [0], { alpha: 0.3 }), line([0], [0], { colour: 'red' })] });
    const alphas = recorder.callsWith('stroke', 'globalAlpha').map(({ setting }) => setting);
    expect(alphas.slice(-2)).toEqual([0.3, 1]);
  });

  it('draws each run in its own dash and axes without', () => {
    draw({ lines: [line([0], [0], { dash: [6, 3] })] });
    expect(recorder.calls('setLineDash')).toEqual([[[6, 3]], [[]]]);
  });

  it('names values beside both axes', () => {
    draw({});
    expect(recorder.calls('fillText').map(([text]) => text)).toEqual([
      '0',
      '0.5',
      '1.0',
      '0',
      '5',
      '10',
    ]);
  });

  it('rings dots in paper, in the colour of their run', () => {
    draw({ dots: [{ colour: 'blue', at: [{ x: 5, y: 0.5 }] }] });
    expect(recorder.callsWith('arc', 'fillStyle')).toHaveLength(1);
    expect(recorder.calls('arc')[0]?.slice(0, 2)).toEqual([94, 58]);
    expect(recorder.callsWith('fill', 'fillStyle')[0]?.setting).toBe('blue');
    expect(recorder.callsWith('fill', 'strokeStyle')[0]?.setting).toBe('paper');
  });

  it('tells changes and verdicts apart by shape and colour', () => {
    draw({
      flags: [
        { step: 2, kind: 'change', text: '' },
        { step: 6, kind: 'failure', text: '' },
      ],
    });
    const filled = recorder.callsWith('fill', 'fillStyle').map(({ setting }) => setting);
    expect(filled).toEqual(['accent', 'warn']);
    const starts = strokes('accent')
      .concat(strokes('warn'))
      .map(([first]) => first);
    expect(starts).toEqual([
      ['moveTo', 64, 8],
      ['moveTo', 104, 8],
    ]);
  });

  it('draws no more flags than can be told apart', () => {
    const flags = Array.from({ length: 500 }, (_, i) => ({
      step: i / 50,
      kind: 'change' as const,
      text: '',
    }));
    draw({ flags });
    expect(recorder.calls('fill').length).toBeLessThan(16);
  });
});

describe('the cursor', () => {
  const at = (step: number | null, more = {}) =>
    drawCursor(
      recorder.context,
      { x: nothing.x, y: nothing.y, step, points: [], chosen: null, ...more },
      options,
    );

  it('is a line at its step with a dot on every run', () => {
    at(5, {
      points: [
        { value: 1, colour: 'blue' },
        { value: NaN, colour: 'red' },
      ],
    });
    expect(strokes('ink')).toEqual([
      [
        ['moveTo', 94.5, 8],
        ['lineTo', 94.5, 108],
      ],
    ]);
    expect(recorder.calls('arc')).toHaveLength(1);
  });

  it('is not drawn where it is not shown', () => {
    at(null);
    at(11);
    expect(strokes('ink')).toEqual([]);
  });

  it('shades the steps that are being chosen', () => {
    at(null, { chosen: [2, 4] });
    expect(recorder.calls('fillRect')).toEqual([[64, 8, 20, 100]]);
  });
});

describe('spread', () => {
  it('keeps places that stand apart', () => {
    expect(spread([9, 0, 1, 4, 5, 20], 4)).toEqual([0, 4, 9, 20]);
  });
});
