// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { makeHeader, makePage, NODES } from '../../tests/network';
import { exactOf, FakeServer, weightsOf } from '../../tests/server';
import { makeRun } from '../../tests/training';
import type { Frame } from '../core/frame';
import type { StartedEvent } from '../core/run';
import type { NodeInfo } from '../core/types';
import type { Tensor } from '../core/wire';
import { cardOf, LiveLook } from './live.svelte';

const CLASSES = ['cat', 'dog', 'owl'].map((id) => ({ id, en: id, zh: id }));
const STARTED: StartedEvent = {
  ...{ type: 'started', step: 0, nodes: NODES, layers: ['conv', 'dense'], parameters: 223 },
  ...{ trainable: 223, classes: CLASSES, steps_per_epoch: 5, steps: 50, counts: {}, notes: [] },
  initial: {},
};
const CONV = NODES[1] as NodeInfo;
const codes: Tensor = { dtype: 'U8', shape: [4, 6, 6], data: new Uint8Array(144) };

const makeFrame = (step: number, pin = 0): Frame => ({
  ...{ step, pin, softmax: [[1, 0, 0]], glass: null, header: makeHeader('') },
  tensors: new Map([['conv', codes]]),
  exact: new Map(),
  weights: weightsOf(CONV),
});

let server: FakeServer;
let live: LiveLook;

beforeEach(() => {
  server = new FakeServer();
  live = new LiveLook(makePage(), cardOf(makeRun({ id: '3' }), STARTED, makeHeader('')));
});
afterEach(() => vi.unstubAllGlobals());

describe('the network of a run', () => {
  it('has the classes, the size and the nodes that the run has', () => {
    const { card } = live;
    expect([card.id, card.classes, card.input]).toEqual([
      ...['run-3', ['cat', 'dog', 'owl'], { channels: 3, height: 8, width: 8 }],
    ]);
    expect(live.node('conv').shape).toEqual([4, 6, 6]);
  });

  it('undoes the normalisation from the ends of what it gets', () => {
    const { mean, std } = live.card;
    const [lo, hi] = [-2, 2].map((value) => value * (std[0] ?? 0) + (mean[0] ?? 0));
    expect([lo, hi]).toEqual([0, 1]);
  });
});

describe('a frame', () => {
  it('is drawn under a name of its own, with the kernels that came with it', () => {
    live.draw(makeFrame(7));
    const first = live.trace?.header.trace_id;
    live.draw(makeFrame(8));
    expect(live.trace?.header.trace_id).not.toBe(first);
    expect(live.weights.get('conv.weight')?.shape).toEqual([4, 3, 3, 3]);
    expect(live.link).toBe('fresh');
  });

  it('has exact logits, and asks the server for nothing while the network moves', async () => {
    live.draw(makeFrame(7));
    await live.needExact();
    await live.needWeights();
    await live.prefetch();
    expect([...live.exact.keys()]).toEqual(['dense']);
    expect(live.exact.get('dense')).toEqual(Float32Array.of(1, 0, -1));
    expect(server.calls).toEqual([]);
  });

  it('without maps leaves what is drawn', () => {
    live.draw(makeFrame(7));
    live.draw({ ...makeFrame(8), header: null });
    expect(live.frame?.step).toBe(7);
  });
});

describe('a network that rests', () => {
  it('has exact values, until it goes on', async () => {
    const values: Tensor = {
      dtype: 'F32',
      shape: [4, 6, 6],
      data: new Float32Array(exactOf(CONV)),
    };
    live.draw({ ...makeFrame(7), exact: new Map([['conv', values]]) });
    await live.needExact();
    expect(live.exact.get('conv')).toEqual(exactOf(CONV));
    live.draw(makeFrame(8));
    expect(live.exact.has('conv')).toBe(false);
  });
});
