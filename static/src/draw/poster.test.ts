// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { recordCanvases, type Recorder } from '../../tests/canvas';
import type { ChartPicture } from '../core/chart';
import { drawPoster, posterSize, type Poster } from './poster';

const ink = {
  paper: 'paper',
  ink: 'ink',
  muted: 'muted',
  line: 'line',
  accent: 'accent',
  warn: 'warn',
  family: 'sans',
};
const picture: ChartPicture = {
  lines: [],
  dots: [],
  flags: [],
  breaks: [],
  x: { lo: 0, hi: 10, isLog: false },
  y: { lo: 0, hi: 1, isLog: false },
};
const poster: Poster = {
  title: 'the first',
  runs: [
    { name: 'the first', colour: 'blue', dash: 0 },
    { name: 'another', colour: 'green', dash: 1 },
  ],
  words: { raw: 'raw', smooth: 'smooth', dot: 'validation', x: 'Step' },
  charts: [
    { name: 'Loss', picture },
    { name: 'Accuracy', picture },
  ],
};

let of: (canvas: HTMLCanvasElement) => Recorder;
beforeEach(() => {
  of = recordCanvases();
});
afterEach(() => {
  vi.restoreAllMocks();
});

function drawn(more: Partial<Poster> = {}): Recorder {
  const canvas = document.createElement('canvas');
  const recorder = of(canvas);
  Object.assign(recorder.context, { measureText: () => ({ width: 40 }) });
  drawPoster(canvas, { ...poster, ...more }, { ink, ratio: 2 });
  return recorder;
}
const words = (recorder: Recorder) => recorder.calls('fillText').map(([text]) => text);

describe('drawPoster', () => {
  it('writes the title, the runs, what the lines are, and the name and axis of each chart', () => {
    expect(words(drawn())).toEqual(
      ['the first', 'the first', 'another', 'raw', 'smooth', 'validation'].concat(
        ['Loss', 'Step'],
        ['Accuracy', 'Step'],
      ),
    );
  });

  it('has a line in the colour of each run in its legend', () => {
    const strokes = drawn().callsWith('stroke', 'strokeStyle');
    expect(strokes.map(({ setting }) => setting)).toEqual(['blue', 'green', 'muted', 'muted']);
  });

  it('speaks of no mean where nothing is smoothed', () => {
    const recorder = drawn({ words: { ...poster.words, smooth: null } });
    expect(words(recorder)).not.toContain('smooth');
  });

  it('draws every chart inside the sheet, with its axes, one below the other', () => {
    const { width, height } = posterSize(poster);
    type Placed = [HTMLCanvasElement, x: number, y: number, width: number, height: number];
    const charts = drawn().calls('drawImage') as Placed[];
    const ends = charts.flatMap(([, , y, , tall]) => [y, y + tall]);
    expect(ends).toHaveLength(4);
    expect(ends).toEqual(ends.toSorted((a, b) => a - b));
    expect(ends.at(-1)).toBeLessThan(height);
    for (const [, x, , wide] of charts) expect(x + wide).toBeLessThan(width);
    for (const [canvas] of charts) {
      expect(of(canvas).calls('fillText').length).toBeGreaterThan(4);
      expect(canvas.width).toBe(2 * 960);
    }
  });
});
