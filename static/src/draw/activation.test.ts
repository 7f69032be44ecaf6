import { describe, expect, it } from 'vitest';
import { Recorder } from '../../tests/canvas';
import { curveOf } from '../core/activationCurve';
import { activationOf, type Activation } from '../core/activations';
import { histogramOf } from '../core/histogram';
import { drawActivation, stripsOf } from './activation';
import type { ChartInk } from './chart';

const INK: ChartInk = {
  ...{ paper: 'paper', ink: 'ink', muted: 'muted', line: 'line' },
  ...{ accent: 'accent', warn: 'warn', family: 'sans' },
};
const [WIDTH, HEIGHT] = [450, 256];

/** ReLU over -4 to 4. */
function draw(dot: { x: number; y: number; slope: number } | null) {
  const recorder = new Recorder();
  const range = [-4, 4] as const;
  drawActivation(
    recorder.context,
    {
      axis: { lo: -4, hi: 4, isLog: false },
      curve: curveOf(activationOf('relu') as Activation, range, 81),
      layer: histogramOf([-3, -3, 1, 2], range, 8),
      channel: null,
      dot,
    },
    { width: WIDTH, height: HEIGHT, ratio: 1, ink: INK, names: ['y', 'slope', 'inputs'] },
  );
  return recorder;
}

describe('drawActivation', () => {
  const [top, middle, bottom] = stripsOf(WIDTH, HEIGHT);

  it('has three strips below each other over one axis', () => {
    expect([middle.x, bottom.x]).toEqual([top.x, top.x]);
    expect([middle.w, bottom.w]).toEqual([top.w, top.w]);
    expect(top.y + top.h).toBeLessThan(middle.y);
    expect(middle.y + middle.h).toBeLessThan(bottom.y);
  });

  it('shades the flat half of ReLU in each strip', () => {
    const shaded = draw(null).callsWith('fillRect', 'fillStyle');
    const flat = shaded.filter(({ setting }) => setting === 'warn').map(({ values }) => values);
    expect(flat).toEqual([top, middle, bottom].map(({ x, y, w, h }) => [x, y, w / 2, h]));
  });

  it('puts the chosen input on the curve and on its slope', () => {
    const dots = draw({ x: 2, y: 2, slope: 1 }).calls('arc');
    const x = top.x + 0.75 * top.w;
    expect(dots.map(([at]) => at)).toEqual([x, x]);
    // The curve goes from 0 to 4 and the slope from 0 to 1.
    expect(dots[0]?.[1]).toBeCloseTo(top.y + top.h / 2, 9);
    expect(dots[1]?.[1]).toBeCloseTo(middle.y, 9);
  });

  it('has no dot while nothing is chosen', () => {
    expect(draw(null).calls('arc')).toEqual([]);
  });

  it('draws the bin of half of the inputs to the top', () => {
    const tops = draw(null)
      .calls('lineTo')
      .filter(([, y]) => y === bottom.y);
    // From -3 to -2: two of four inputs.
    expect(tops.map(([x]) => x)).toEqual([1, 2].map((bin) => bottom.x + (bin * bottom.w) / 8));
  });
});
