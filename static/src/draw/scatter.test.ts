import { describe, expect, it } from 'vitest';
import { Recorder } from '../../tests/canvas';
import { SHAPES, type Shape } from '../core/scatter';
import { drawScatter, scatterPlace } from './scatter';

const options = { side: 116, ratio: 1, reach: 5, line: 'line', ink: 'ink' };

function draw(shapes: readonly Shape[], chosen = -1): Recorder {
  const recorder = new Recorder();
  const points = shapes.map((_, i) => [i, -i] as const);
  const marks = shapes.map((shape, i) => ({ colour: `colour ${i}`, shape }));
  drawScatter(recorder.context, { points, marks, chosen }, options);
  return recorder;
}

describe('drawScatter', () => {
  it('has its origin in the middle and larger values to the right and above', () => {
    expect(scatterPlace([0, 0], options)).toEqual([58, 58]);
    expect(scatterPlace([5, 5], options)).toEqual([108, 8]);
  });

  it('draws each class in its colour and shape', () => {
    const recorder = draw(SHAPES);
    const filled = recorder.callsWith('fill', 'fillStyle').map(({ setting }) => setting);
    expect(filled).toEqual(['colour 0', 'colour 1', 'colour 2', 'colour 3']);
    const stroked = recorder.callsWith('stroke', 'strokeStyle').map(({ setting }) => setting);
    expect(stroked).toEqual(['line', 'colour 4']);
    expect(recorder.calls('arc')).toHaveLength(1);
  });

  it('rings the point that is chosen', () => {
    const recorder = draw(['square', 'square'], 1);
    const [x, y] = scatterPlace([1, -1], options);
    expect(recorder.calls('arc').map((values) => values.slice(0, 2))).toEqual([[x, y]]);
    expect(recorder.callsWith('arc', 'strokeStyle')[0]?.setting).toBe('ink');
  });
});
