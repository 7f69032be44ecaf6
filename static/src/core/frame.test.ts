import { describe, expect, it } from 'vitest';
import { makeHeader } from '../../tests/network';
import { toPayload } from '../../tests/server';
import { parseFrame } from './frame';
import type { Tensor } from './wire';

const floats = (...values: number[]): Tensor => ({
  ...{ dtype: 'F32', shape: [values.length] },
  data: Float32Array.from(values),
});
const trace = JSON.stringify(makeHeader('t'));
const facts = { step: 12, pin: 1, softmax: [[0.25, 0.75]], glass: null };

describe('a frame', () => {
  it('holds a trace, the kernels by their own names, and what stands in its facts', () => {
    const tensors = new Map([
      ['conv.range', floats(0, 1)],
      ['exact/block1.conv', floats(3)],
      ['weights/conv.weight', floats(0.5, -2)],
    ]);
    const frame = parseFrame(toPayload(tensors, { trace, frame: JSON.stringify(facts) }));
    expect([frame.step, frame.pin, frame.softmax, frame.glass]).toEqual([
      12,
      1,
      [[0.25, 0.75]],
      null,
    ]);
    expect([...frame.tensors.keys()]).toEqual(['conv.range']);
    expect([...frame.exact.keys()]).toEqual(['block1.conv']);
    expect(frame.weights.get('conv.weight')?.data).toEqual(Float32Array.of(0.5, -2));
    expect(frame.header?.nodes[0]?.id).toBe('input');
  });

  it('of points of the plane has kernels, and no maps', () => {
    const tensors = new Map([['weights/dense1.weight', floats(1)]]);
    const frame = parseFrame(toPayload(tensors, { frame: JSON.stringify({ step: 3 }) }));
    expect([frame.header, frame.pin, frame.softmax]).toEqual([null, 0, []]);
  });

  it('without a step is refused', () => {
    expect(() => parseFrame(toPayload(new Map(), { trace }))).toThrow(/no step/);
  });
});
