// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { makePoints, makeRun } from '../../tests/training';
import type { RunEvent } from '../core/run';
import { Recording } from './recording.svelte';

let frames: (FrameRequestCallback | null)[];
let recording: Recording;

beforeEach(() => {
  frames = [];
  vi.stubGlobal('requestAnimationFrame', (work: FrameRequestCallback) => frames.push(work));
  vi.stubGlobal('cancelAnimationFrame', (id: number) => (frames[id - 1] = null));
  recording = new Recording(makeRun());
});
afterEach(() => vi.unstubAllGlobals());

function nextFrame(): number {
  const due = frames.filter((work) => work !== null);
  frames = [];
  for (const work of due) work(0);
  return due.length;
}

const hear = (...events: RunEvent[]) => events.forEach((event) => recording.hear(event));
const started = (layers: string[]): RunEvent => ({
  ...{ seq: 1, type: 'started', step: 0, nodes: [], layers, parameters: 10, trainable: 10 },
  ...{ classes: [], steps_per_epoch: 5, steps: 50, counts: {}, notes: [], initial: {} },
});
const layerRow = (step: number) => ({
  ...{ step, gradient: [step, 2 * step], weight: [1, 1], update: [0.1, null] },
});

describe('what is heard', () => {
  it('is shown once a frame, however many events come', () => {
    for (let i = 0; i < 100; i++) hear(makePoints(i + 1, i + 1));
    expect(recording.step).toBe(0);
    expect(nextFrame()).toBe(1);
    expect([recording.step, recording.points.loss.length]).toEqual([100, 100]);
    expect(recording.seq).toBe(100);
  });

  it('keeps the views that a chart holds as they are', () => {
    hear(makePoints(1, 1));
    nextFrame();
    const { loss } = recording.points;
    hear(makePoints(2, 2));
    nextFrame();
    expect([loss.length, recording.points.loss.length]).toEqual([1, 2]);
  });

  it('leaves alone what did not change', () => {
    hear(makePoints(1, 1), { seq: 2, type: 'saved', step: 1 });
    nextFrame();
    const { points, evaluations } = recording;
    hear({ seq: 3, type: 'saved', step: 2 });
    nextFrame();
    expect(recording.points).toBe(points);
    expect(recording.evaluations).toBe(evaluations);
    expect(recording.saved).toBe(2);
  });

  it('knows the state and its reason', () => {
    const reason = {
      code: 'not_finite',
      sentence: { en: 'NaN', zh: 'NaN' },
      layer: 'conv1',
      step: 4,
    };
    hear({ seq: 1, type: 'state', step: 4, state: 'failed', reason });
    nextFrame();
    expect([recording.state, recording.reason]).toEqual(['failed', reason]);
  });

  it('says NaN where a loss was not a number', () => {
    const point = { step: 1, epoch: 0.1, loss: null, accuracy: 0, lr: 1 };
    hear({ seq: 1, type: 'points', points: [point] });
    nextFrame();
    expect(recording.points.loss[0]).toBeNaN();
  });

  it('is not planned any more once it rests', () => {
    hear(makePoints(1, 1));
    recording.rest();
    expect(nextFrame()).toBe(0);
  });
});

describe('the first evaluation, whose tables take long to draw', () => {
  const evaluation: RunEvent = {
    ...{ seq: 2, type: 'evaluation', step: 0, epoch: 0, part: 'validation', loss: 2.3 },
    ...{ accuracy: 0.1, confusion: [[1]], worst: [], embedding: null, strip: [], wrong: [] },
    right: [],
  };

  it('waits in a run that begins until the first point is drawn', () => {
    hear({ seq: 1, type: 'state', step: 0, state: 'running', reason: null }, evaluation);
    nextFrame();
    expect([recording.state, recording.evaluations.length]).toEqual(['running', 0]);
    hear(makePoints(3, 1));
    nextFrame();
    expect([recording.step, recording.evaluations.length]).toEqual([1, 0]);
    nextFrame();
    expect(recording.evaluations.length).toBe(1);
  });

  it('does not wait long for a point that is slow to come', () => {
    const clock = vi.spyOn(performance, 'now').mockReturnValue(1000);
    hear({ seq: 1, type: 'state', step: 0, state: 'running', reason: null }, evaluation);
    nextFrame();
    clock.mockReturnValue(1400);
    nextFrame();
    expect(recording.evaluations.length).toBe(1);
    clock.mockRestore();
  });

  it('is there at once in a run that has ended or rests', () => {
    hear({ seq: 1, type: 'state', step: 0, state: 'paused', reason: null }, evaluation);
    nextFrame();
    expect(recording.evaluations.length).toBe(1);
    expect(nextFrame()).toBe(0);
  });
});

describe('points that were loaded in one piece', () => {
  it('are not doubled by what the socket says of the same steps', () => {
    const steps = Float64Array.from({ length: 5000 }, (_, i) => i + 1);
    recording.load({ step: steps, loss: steps, accuracy: steps, lr: steps }, 5);
    expect(recording.step).toBe(5000);
    hear(makePoints(90, 4990, 20));
    nextFrame();
    expect([recording.step, recording.points.step.length]).toEqual([5009, 5009]);
  });
});

describe('the layers', () => {
  it('are named, and read layer by layer', () => {
    hear(started(['conv1', 'fc']), { seq: 2, type: 'layers', rows: [layerRow(1), layerRow(2)] });
    nextFrame();
    expect(recording.layers?.names).toEqual(['conv1', 'fc']);
    expect([...(recording.layers?.step ?? [])]).toEqual([1, 2]);
    expect([...(recording.layers?.gradient[1] ?? [])]).toEqual([2, 4]);
    expect(recording.layers?.update[1]?.[0]).toBeNaN();
  });

  it('are thinned out evenly in a long run, the last ones too', () => {
    hear(started(['conv1', 'fc']));
    for (let step = 1; step <= 40_000; step++) {
      hear({ seq: step + 1, type: 'layers', rows: [layerRow(step)] });
    }
    nextFrame();
    const { step = new Float64Array() } = recording.layers ?? {};
    expect(step.length).toBeLessThanOrEqual(8193);
    expect(step.length).toBeGreaterThan(4000);
    const gaps = new Set(step.slice(1).map((each, i) => each - (step[i] ?? 0)));
    expect(gaps.size).toBe(1);
    expect(step.at(-1)).toBeGreaterThan(39_980);
  });
});
