// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { makeRandom } from '../../tests/random';
import { settle } from '../../tests/server';
import { FakeSocket, makePoints } from '../../tests/training';
import { stepOf, type RunEvent } from '../core/run';
import { RunSocket, type Wire } from './socket';

let heard: RunEvent[];
let wires: Wire[];
let reasons: string[];
let frames: ArrayBuffer[];
/** What `fetch` answers with; an Error is thrown. */
let answers: (Response | Error)[];
let asked: URL[];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  [heard, wires, reasons, frames, answers, asked] = [[], [], [], [], [], []];
  FakeSocket.all = [];
  vi.stubGlobal('WebSocket', FakeSocket);
  vi.stubGlobal('fetch', async (path: string) => {
    asked.push(new URL(path, 'http://server'));
    const answer = answers.shift() ?? new TypeError('Failed to fetch');
    if (answer instanceof Error) throw answer;
    return answer;
  });
});
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const listen = (from = {}) =>
  new RunSocket(
    '7',
    {
      onevent: (event) => heard.push(event),
      onframe: (bytes) => frames.push(bytes),
      onwire: (wire, reason) => {
        wires.push(wire);
        reasons.push(reason);
      },
    },
    from,
  );

async function pass(time_ms: number): Promise<void> {
  await settle();
  await vi.advanceTimersByTimeAsync(time_ms);
  await settle();
}

const steps = () => heard.flatMap((event) => (event.type === 'points' ? event.points : []));

describe('a run that is heard', () => {
  it('says its events from the beginning, and its frames', () => {
    const socket = listen();
    expect(FakeSocket.last.url).toMatch(/^ws:.*\/ws\/runs\/7\?from_step=0$/);
    FakeSocket.last.open();
    FakeSocket.last.say(makePoints(1, 1, 3), makePoints(2, 4));
    FakeSocket.last.show(new ArrayBuffer(8));
    expect(steps().map(({ step }) => step)).toEqual([1, 2, 3, 4]);
    expect([wires, frames.length]).toEqual([['live'], 1]);
    socket.close();
  });

  it('is heard no more once it is closed', () => {
    const socket = listen();
    const { last } = FakeSocket;
    last.open();
    socket.close();
    last.say(makePoints(1, 1));
    last.break();
    expect([heard.length, last.isClosed, wires]).toEqual([0, true, ['live']]);
  });

  it('is told what is looked at, again after every break', async () => {
    const socket = listen();
    socket.wish({ type: 'look', pin: 0, frames: true });
    socket.wish({ type: 'look', pin: 2, frames: true });
    FakeSocket.last.open();
    expect(FakeSocket.last.sent).toEqual([{ type: 'look', pin: 2, frames: true }]);
    FakeSocket.last.break();
    await pass(1000);
    FakeSocket.last.open();
    expect(FakeSocket.last.sent).toEqual([{ type: 'look', pin: 2, frames: true }]);
    socket.close();
  });

  it('that is gone is not asked for again', async () => {
    listen();
    FakeSocket.last.open();
    FakeSocket.last.break(4404, 'There is no run 7.');
    await pass(60_000);
    expect([FakeSocket.all.length, wires.at(-1), reasons.at(-1)]).toEqual([
      ...[1, 'gone', 'There is no run 7.'],
    ]);
  });
});

describe('a connection that breaks', () => {
  it('is made again from the last known step, and doubles are not heard', async () => {
    const socket = listen();
    FakeSocket.last.open();
    FakeSocket.last.say(makePoints(1, 1, 5));
    FakeSocket.last.break();
    expect(wires).toEqual(['live', 'away']);
    await pass(400);
    expect(FakeSocket.last.query.get('from_step')).toBe('5');
    FakeSocket.last.open();
    FakeSocket.last.say(makePoints(1, 1, 5), makePoints(2, 6));
    expect(heard.map(({ seq }) => seq)).toEqual([1, 2]);
    socket.close();
  });

  it('misses and doubles nothing in 200 random cuts', async () => {
    const random = makeRandom(5);
    const story = Array.from({ length: 600 }, (_, i) => makePoints(i + 1, 3 * i + 1, 3));
    const socket = listen();
    for (let cut = 0; cut < 200; cut++) {
      const { last } = FakeSocket;
      last.open();
      const from = Number(last.query.get('from_step'));
      const replay = story.filter((event) => stepOf(event) >= from);
      last.say(...replay.slice(0, 1 + Math.floor(random() * 5)));
      last.break();
      await pass(400);
    }
    FakeSocket.last.open();
    FakeSocket.last.say(...story);
    expect(heard.map(({ seq }) => seq)).toEqual(story.map(({ seq }) => seq));
    expect(FakeSocket.all.every(({ url }) => url.includes('/ws/runs/7?'))).toBe(true);
    socket.close();
  });

  it('because too little was read is made again later', async () => {
    const socket = listen();
    FakeSocket.last.open();
    FakeSocket.last.say(makePoints(1, 1));
    FakeSocket.last.break(1008, 'Nothing was read for 5 s.');
    await pass(5000);
    expect(FakeSocket.all).toHaveLength(1);
    await pass(6000);
    expect(FakeSocket.all).toHaveLength(2);
    socket.close();
  });
});

describe('where sockets are blocked', () => {
  const events = (...all: RunEvent[]) => Response.json({ events: all });

  /** No socket ever opens. */
  async function block(): Promise<void> {
    for (let attempt = 0; attempt < 3; attempt++) {
      FakeSocket.last.break();
      await pass(1000);
    }
  }

  it('the stored events are asked for instead, and said to be', async () => {
    const later = Array.from({ length: 4 }, () => events(makePoints(1, 1, 2), makePoints(2, 3)));
    answers = [events(makePoints(1, 1, 2)), ...later];
    const socket = listen();
    await block();
    expect(wires.at(-1)).toBe('polling');
    const steps = asked.map(({ searchParams }) => searchParams.get('from_step'));
    expect(steps.slice(0, 3)).toEqual(['0', '2', '3']);
    expect(heard.map(({ seq }) => seq)).toEqual([1, 2]);
    socket.close();
  });

  it('a server that is full counts as blocked, though its sockets open', async () => {
    answers = Array.from({ length: 4 }, () => events(makePoints(1, 1)));
    const socket = listen();
    for (let attempt = 0; attempt < 3; attempt++) {
      FakeSocket.last.open();
      FakeSocket.last.break(1013, '256 pages are watching already; try again later.');
      await pass(600);
    }
    expect([wires.at(-1), heard.length]).toEqual(['polling', 1]);
    socket.close();
  });

  it('a socket is tried again from time to time', async () => {
    answers = Array.from({ length: 40 }, () => events());
    const socket = listen();
    await block();
    const before = FakeSocket.all.length;
    for (let poll = 0; poll < 22; poll++) await pass(500);
    expect(FakeSocket.all).toHaveLength(before + 1);
    FakeSocket.last.open();
    FakeSocket.last.say(makePoints(1, 1));
    expect(wires.at(-1)).toBe('live');
    socket.close();
  });

  it('a server that is away is waited for', async () => {
    const socket = listen();
    await block();
    expect(wires.at(-1)).toBe('away');
    await pass(20_000);
    expect(FakeSocket.all.length).toBeGreaterThan(3);
    socket.close();
  });

  it('a run that is gone is said to be', async () => {
    answers = [Response.json({ detail: 'There is no run 7.' }, { status: 404 })];
    listen();
    await block();
    expect([wires.at(-1), reasons.at(-1)]).toEqual(['gone', 'There is no run 7.']);
  });
});
