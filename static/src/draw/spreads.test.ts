import { describe, expect, it } from 'vitest';
import { Recorder } from '../../tests/canvas';
import { histogramOf } from '../core/histogram';
import { drawSpreads } from './spreads';

const INK = {
  ...{ paper: 'paper', ink: 'ink', muted: 'muted', line: 'line' },
  ...{ accent: 'accent', warn: 'warn', family: 'sans' },
};

describe('drawSpreads', () => {
  it('marks the mean upright and one deviation to both sides, inside the plot', () => {
    const recorder = new Recorder();
    const histogram = histogramOf([0, 1, 2], [-10, 10], 20);
    drawSpreads(
      recorder.context,
      {
        axis: { lo: -10, hi: 10, isLog: false },
        rows: [
          {
            ...{ histogram, name: 'before' },
            own: { mean: 5, std: 2 },
            trained: { mean: 0, std: 20 },
          },
        ],
      },
      { width: 220, height: 100, ratio: 1, ink: INK },
    );
    // 200 px stand for 20: a unit is 10 px, zero lies at 110.
    const ends = recorder
      .callsWith('lineTo', 'strokeStyle')
      .filter(({ setting }) => setting === 'accent' || setting === 'warn')
      .map(({ values: [x], setting }) => [setting, x]);
    expect(ends).toEqual([
      ['accent', 160],
      ['accent', 180],
      ['warn', 110],
      ['warn', 210],
    ]);
  });
});
