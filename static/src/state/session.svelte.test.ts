// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { makeHeader, makePage, NODES } from '../../tests/network';
import { settle, toPayload } from '../../tests/server';
import { FakeSocket, makePoints, makeRun } from '../../tests/training';
import type { RunEvent } from '../core/run';
import type { Tensor } from '../core/wire';
import { Session } from './session.svelte';

const STEPS = 5000;
const STARTED: RunEvent = {
  ...{ seq: 1, type: 'started', step: 0, nodes: NODES, layers: [], parameters: 1, trainable: 1 },
  ...{ classes: [{ id: 'cat', en: 'cat', zh: '猫' }], steps_per_epoch: 5, steps: 9, counts: {} },
  ...{ notes: [], initial: {} },
};

let asked: string[];
let isAway: boolean;
let session: Session;

function history(): ArrayBuffer {
  const steps = Float64Array.from({ length: STEPS }, (_, i) => i + 1);
  const tensors = new Map<string, Tensor>([
    ['step', { dtype: 'F32', shape: [STEPS], data: new Float32Array(steps) }],
    ['loss', { dtype: 'F32', shape: [STEPS], data: new Float32Array(STEPS).fill(0.25) }],
    ['accuracy', { dtype: 'F64', shape: [STEPS], data: steps.map((step) => 1 / step) }],
    ['lr', { dtype: 'F64', shape: [1], data: Float64Array.of(0.003) }],
  ]);
  return toPayload(tensors, { run: JSON.stringify({ count: STEPS }) });
}

beforeEach(() => {
  [asked, isAway] = [[], false];
  FakeSocket.all = [];
  vi.stubGlobal('WebSocket', FakeSocket);
  vi.stubGlobal('requestAnimationFrame', (work: () => void) => setTimeout(work));
  vi.stubGlobal('cancelAnimationFrame', clearTimeout);
  vi.stubGlobal('fetch', async (path: string) => {
    asked.push(path);
    if (isAway) throw new TypeError('Failed to fetch');
    const events = [STARTED, { seq: 90, type: 'saved', step: 4990 }];
    return path.includes('/history') ? new Response(history()) : Response.json({ events });
  });
});
afterEach(() => {
  session.close();
  vi.unstubAllGlobals();
});

describe('a short run', () => {
  it('is heard whole by the socket, and nothing else is asked', async () => {
    session = new Session(makePage(), makeRun({ step: 40 }));
    await settle();
    expect([asked, FakeSocket.last.query.get('from_step')]).toEqual([[], '0']);
  });
});

describe('a long run', () => {
  it('comes in one piece, and the socket goes on behind it', async () => {
    session = new Session(makePage(), makeRun({ step: STEPS }));
    await settle();
    expect(FakeSocket.last.query.get('from_step')).toBe(String(STEPS));
    FakeSocket.last.open();
    FakeSocket.last.say(makePoints(89, 4980), makePoints(91, STEPS, 3));
    session.recording.flush();
    expect(session.recording.points.step.length).toBe(STEPS + 2);
    expect(session.recording.saved).toBe(4990);
  });

  it('has each number exactly, in whatever way it was sent, and its epochs', async () => {
    session = new Session(makePage(), makeRun({ step: STEPS }));
    await settle();
    const { points } = session.recording;
    const second = [points.step, points.epoch, points.loss, points.accuracy, points.lr];
    expect(second.map((column) => column[2])).toEqual([3, 3 / 5, 0.25, 1 / 3, 0.003]);
    expect(second.map((column) => column.length)).toEqual(Array(5).fill(STEPS));
  });

  it('is heard by the socket alone where that fails', async () => {
    isAway = true;
    session = new Session(makePage(), makeRun({ step: STEPS }));
    await settle();
    expect(FakeSocket.last.query.get('from_step')).toBe('0');
  });

  it('that is closed meanwhile opens no socket', async () => {
    session = new Session(makePage(), makeRun({ step: STEPS }));
    session.close();
    await settle();
    expect(FakeSocket.all).toEqual([]);
  });
});

describe('frames', () => {
  const frame = (step: number) =>
    toPayload(new Map(), {
      trace: JSON.stringify(makeHeader('')),
      frame: JSON.stringify({ step, pin: 0, softmax: [[1]] }),
    });

  beforeEach(async () => {
    session = new Session(makePage(), makeRun());
    await settle();
    FakeSocket.last.open();
  });

  it('are wished for only while some part that shows them is seen', () => {
    const looks = () =>
      FakeSocket.last.sent.flatMap((each) => {
        const { type, frames } = each as { type: string; frames?: boolean };
        return type === 'look' ? [frames] : [];
      });
    session.see('canvas', true);
    session.see('kernels', true);
    session.see('canvas', false);
    expect(looks()).toEqual([false, true]);
    session.see('kernels', false);
    expect(looks()).toEqual([false, true, false]);
  });

  it('are drawn once a frame of the screen, the newest alone', async () => {
    FakeSocket.last.say(STARTED);
    session.recording.flush();
    for (const step of [1, 2, 3]) FakeSocket.last.show(frame(step));
    expect(session.live).toBeNull();
    FakeSocket.last.say(makePoints(2, 1));
    await vi.waitUntil(() => session.live !== null);
    expect(session.live?.frame?.step).toBe(3);
    const { live } = session;
    FakeSocket.last.show(frame(4));
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(session.live).toBe(live);
    expect([live?.frame?.step, session.softmax]).toEqual([4, [[1]]]);
  });

  it('of a run that goes on are drawn after its first point, or once that is late', async () => {
    FakeSocket.last.say(STARTED);
    session.recording.flush();
    const now = vi.spyOn(performance, 'now').mockReturnValue(1000);
    FakeSocket.last.show(frame(0));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(session.live).toBeNull();
    now.mockReturnValue(1301);
    await vi.waitUntil(() => session.live !== null);
    now.mockRestore();
  });

  it('of a run that makes steps are drawn together with its points', async () => {
    FakeSocket.last.say(STARTED, {
      seq: 2,
      type: 'state',
      step: 0,
      state: 'running',
      reason: null,
    });
    for (const step of [1, 2]) {
      FakeSocket.last.say(makePoints(2 + step, step));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(session.recording.rate).toBeGreaterThan(0);
    FakeSocket.last.show(frame(2));
    await vi.waitUntil(() => session.frame !== null);
    FakeSocket.last.show(frame(3));
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(session.frame?.step).toBe(2);
    FakeSocket.last.say(makePoints(5, 3));
    session.recording.flush();
    expect(session.frame?.step).toBe(3);
    FakeSocket.last.show(frame(4));
    await vi.waitUntil(() => session.frame?.step === 4, { timeout: 200 });
  });

  it('of a run that rests are drawn at once', async () => {
    FakeSocket.last.say(STARTED, { seq: 2, type: 'state', step: 0, state: 'paused', reason: null });
    session.recording.flush();
    FakeSocket.last.show(frame(0));
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(session.live?.frame?.step).toBe(0);
  });
});
