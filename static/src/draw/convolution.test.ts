import { beforeEach, describe, expect, it } from 'vitest';
import { Recorder } from '../../tests/canvas';
import { planConvolution } from '../core/convRoom';
import { drawLight, type LightPicture } from './convolution';

const view = { k: 2, x: 10, y: 20, width: 900, height: 700, ratio: 1 };
const ink = { paper: 'paper', ink: 'ink', muted: 'muted', line: 'line', accent: 'accent' };
const source = (y: number) => ({ x: 0, y, w: 40, h: 40, channel: y });
const plan = planConvolution({
  mode: 'rows',
  room: { x: 60, y: 0, w: 440, h: 420 },
  sources: [source(0), source(100)],
  kernel: { rows: 3, columns: 3 },
  out: { height: 8, width: 8 },
});
const picture: LightPicture = {
  ...{ plan, shares: [0, 1], target: null },
  ...{ windows: [{ x: 1, y: 2, w: 3, h: 4 }], taps: [], cells: [{ x: 7, y: 8, w: 1, h: 1 }] },
};
let recorder: Recorder;
beforeEach(() => {
  recorder = new Recorder();
});
const draw = (flow = 0) =>
  drawLight(recorder.context, picture, { view, ink: { ...ink, family: 'sans' }, flow });

describe('what follows the window', () => {
  it('takes the place of what was there', () => {
    draw();
    expect(recorder.calls('clearRect')).toHaveLength(1);
  });

  it('is a way from each source, thicker for more of the sum', () => {
    draw();
    const widths = recorder.callsWith('bezierCurveTo', 'lineWidth').map(({ setting }) => setting);
    expect(widths.map((width) => (width as number) * view.k)).toEqual([0.8, 3.8]);
  });

  it('has dashes as far on as the numbers have flown', () => {
    draw(6);
    expect(recorder.entries).toContainEqual(['lineDashOffset=', -6 / view.k]);
  });

  it('has the window and the cell that it makes, in full lines above all', () => {
    draw();
    const rects = recorder.calls('rect');
    expect(rects.slice(-2)).toEqual([
      [1, 2, 3, 4],
      [7, 8, 1, 1],
    ]);
    const last = recorder.entries.filter(([name]) => name === 'setLineDash').at(-1);
    expect(last).toEqual(['setLineDash', []]);
  });
});
