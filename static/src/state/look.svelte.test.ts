import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { makePage, NODES } from '../../tests/network';
import { away, exactOf, FakeServer, Later, problem, settle, type Call } from '../../tests/server';
import type { NodeInfo } from '../core/types';
import { Look } from './look.svelte';
import type { Picture } from './pictures.svelte';

const picture = (id: string): Picture => ({
  ...{ id, en: id, zh: id, own: false, fit: 'photo', credit: '', thumb: '' },
  source: { bundled: id },
});
const COFFEE = picture('coffee');
const ROCKET = picture('rocket');

let server: FakeServer;
let look: Look;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  server = new FakeServer();
  look = new Look(makePage());
});
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** Advances the clock and lets everything happen that was waiting for it. */
async function pass(time_ms: number): Promise<void> {
  await settle();
  await vi.advanceTimersByTimeAsync(time_ms);
  await settle();
}

const show = (shown: Picture, net = 'tiny') => look.open(net, shown, null);
const nodesAsked = (calls: readonly Call[]) => calls.map(({ query }) => query.get('nodes'));

describe('opening a picture', () => {
  it('shows it, with the square that was chosen', async () => {
    expect(look.link).toBe('loading');
    expect(await look.open('tiny', COFFEE, { x: 3, y: 4, side: 50 })).toBe(true);
    expect(look.trace?.header.trace_id).toBe('trace-1');
    expect(look.shown).toEqual({ picture: COFFEE, crop: { x: 3, y: 4, side: 50 } });
    expect(server.calls[0]?.query.get('crop')).toBe('3,4,50');
    expect(look.link).toBe('fresh');
  });

  it('needs the card of another network, once', async () => {
    await show(COFFEE);
    await show(picture('seven'), 'digits');
    expect(look.card.id).toBe('digits');
    await show(COFFEE);
    await show(picture('seven'), 'digits');
    expect(server.to('/digits')).toHaveLength(1);
    expect(server.to('/tiny')).toHaveLength(0);
  });

  it('that was asked for last wins, whichever answer comes first', async () => {
    const late = new Later();
    server.next = [late.response];
    const first = show(COFFEE);
    const second = show(ROCKET);
    await second;
    late.answer(server.serve(server.calls[0] as Call));
    expect(await first).toBe(true);
    expect(look.shown?.picture).toBe(ROCKET);
    expect(look.link).toBe('fresh');
    expect(server.calls[0]?.signal?.aborted).toBe(true);
  });

  it('is not undone by an answer that came at the same moment', async () => {
    let second: Promise<boolean> | null = null;
    server.next = [
      (call) => {
        const answer = server.serve(call);
        const read = () => answer.clone().arrayBuffer();
        return Object.assign(answer.clone(), {
          arrayBuffer: async () => {
            const bytes = await read();
            second = show(ROCKET);
            return bytes;
          },
        });
      },
    ];
    await show(COFFEE);
    expect(look.shown?.picture).not.toBe(COFFEE);
    await second;
    expect(look.shown?.picture).toBe(ROCKET);
  });

  it('keeps the drawn picture until the next one is there', async () => {
    await show(COFFEE);
    const later = new Later();
    server.next = [later.response];
    const next = show(ROCKET);
    await settle();
    expect(look.shown?.picture).toBe(COFFEE);
    later.answer(server.serve(server.calls[1] as Call));
    await next;
    expect(look.shown?.picture).toBe(ROCKET);
  });

  it('that is refused says why and keeps the old trace', async () => {
    await show(COFFEE);
    const { trace } = look;
    server.next = [problem(422)];
    expect(await show(ROCKET)).toBe(false);
    expect(look.problem).toMatchObject({ status: 422, hint: 'Ask.' });
    expect([look.trace, look.shown?.picture, look.link]).toEqual([trace, COFFEE, 'fresh']);
  });

  it('forgets what was pointed at in another network', async () => {
    await show(COFFEE);
    look.hover = { node: 'conv', channel: 1 };
    await show(ROCKET);
    expect(look.hover).not.toBeNull();
    await show(picture('seven'), 'digits');
    expect(look.hover).toBeNull();
  });

  it('that cannot be read as a payload fails aloud', async () => {
    server.next = [new Response('nonsense')];
    await expect(show(COFFEE)).rejects.toThrow(/Not a valid payload/);
  });
});

describe('a slow server', () => {
  it('is said to be slow after a second, and no longer when it answers', async () => {
    await show(COFFEE);
    const later = new Later();
    server.next = [later.response];
    const work = show(ROCKET);
    await pass(999);
    expect(look.link).toBe('fresh');
    await pass(1);
    expect(look.link).toBe('slow');
    later.answer(server.serve(server.calls[1] as Call));
    await work;
    expect(look.link).toBe('fresh');
  });

  it('is not said to be slow by a picture that nobody waits for', async () => {
    server.next = [away(), away()];
    const first = show(COFFEE);
    await pass(500);
    await show(ROCKET);
    await pass(500);
    expect(look.link).toBe('fresh');
    await pass(2000);
    expect(await first).toBe(true);
    expect(look.shown?.picture).toBe(ROCKET);
  });
});

describe('a server that is away', () => {
  it('is asked again after half a second, one, two, four, and then every eight', async () => {
    server.next = Array.from({ length: 7 }, away);
    const work = show(COFFEE);
    const waits = [500, 1000, 2000, 4000, 8000, 8000, 8000];
    for (const [i, wait_ms] of waits.entries()) {
      await pass(wait_ms - 1);
      expect([server.calls.length, look.link]).toEqual([i + 1, 'away']);
      await pass(1);
    }
    expect(await work).toBe(true);
    expect(look.link).toBe('fresh');
    expect(look.trace?.header.trace_id).toBe('trace-1');
  });

  it('is said to be away, not slow', async () => {
    server.next = [away(), away(), away()];
    const work = show(COFFEE);
    await pass(1000);
    expect(look.link).toBe('away');
    await pass(4000);
    await work;
  });

  it('keeps the drawn picture', async () => {
    await show(COFFEE);
    server.next = [away()];
    const work = show(ROCKET);
    await pass(100);
    expect([look.link, look.shown?.picture]).toEqual(['away', COFFEE]);
    await pass(400);
    await work;
    expect(look.shown?.picture).toBe(ROCKET);
  });

  it('while numbers are fetched is asked for them again', async () => {
    await show(COFFEE);
    server.next = [away(), away()];
    const work = look.needExact(['conv']);
    await pass(0);
    expect(look.link).toBe('away');
    await pass(1500);
    await work;
    expect([look.link, [...look.exact.keys()]]).toEqual(['fresh', ['conv']]);
  });

  it('while weights are fetched is asked for them again', async () => {
    await show(COFFEE);
    server.next = [away()];
    const work = look.needWeights(['conv']);
    await pass(500);
    await work;
    expect([look.link, look.weights.size]).toEqual(['fresh', 2]);
  });

  it('is back only when the picture is, however soon the numbers come', async () => {
    await show(COFFEE);
    server.next = [away(), away()];
    const weights = look.needWeights(['conv']);
    await pass(200);
    const work = show(ROCKET);
    await pass(300);
    await weights;
    expect([look.weights.size, look.link]).toEqual([2, 'away']);
    await pass(200);
    await work;
    expect(look.link).toBe('fresh');
  });
});

describe('a busy server', () => {
  it('is asked again when it said so', async () => {
    server.next = [problem(503, { 'Retry-After': '3' })];
    const work = show(COFFEE);
    await pass(2999);
    expect([server.calls.length, look.link]).toEqual([1, 'busy']);
    await pass(1);
    await work;
    expect([server.calls.length, look.link, look.problem]).toEqual([2, 'fresh', null]);
  });
});

describe('exact values', () => {
  beforeEach(() => show(COFFEE));

  it('are fetched once for each node', async () => {
    await Promise.all([look.needExact(['conv']), look.needExact(['conv', 'relu'])]);
    await look.needExact(['relu']);
    expect(nodesAsked(server.to('/trace-1'))).toEqual(['conv', 'relu']);
    expect(look.exact.get('conv')).toEqual(exactOf(NODES[1] as NodeInfo));
  });

  it('are not asked for where the trace has nothing', async () => {
    await look.needExact(['nobody']);
    expect(server.calls).toHaveLength(1);
  });

  it('belong to the picture that is shown', async () => {
    await look.needExact(['conv']);
    await show(ROCKET);
    expect(look.exact.size).toBe(0);
    await look.needExact(['conv']);
    expect(nodesAsked(server.to('/trace-2'))).toEqual(['conv']);
  });

  it('stay when the same picture is shown again, also those that were on their way', async () => {
    await look.needExact(['conv']);
    server.isSame = true;
    const [picture, numbers] = [new Later(), new Later()];
    server.next = [picture.response, numbers.response];
    const [next, more] = [show(COFFEE), look.needExact(['relu'])];
    await settle();
    picture.answer(server.serve(server.calls[2] as Call));
    await next;
    expect([...look.exact.keys()]).toEqual(['conv']);
    numbers.answer(server.serve(server.calls[3] as Call));
    await more;
    expect([...look.exact.keys()]).toEqual(['conv', 'relu']);
  });

  it('of a picture that another one replaces are dropped, and asked for again', async () => {
    const later = new Later();
    server.next = [later.response];
    const old = look.needExact(['conv']);
    await show(ROCKET);
    await old;
    expect([server.calls[1]?.signal?.aborted, look.exact.size]).toEqual([true, 0]);
    await look.needExact(['conv']);
    expect([...look.exact.keys()]).toEqual(['conv']);
  });

  it('of the old picture that come after the new one are dropped', async () => {
    const [picture, numbers] = [new Later(), new Later()];
    server.next = [picture.response, numbers.response];
    const [next, old] = [show(ROCKET), look.needExact(['conv'])];
    await settle();
    picture.answer(server.serve(server.calls[1] as Call));
    await next;
    numbers.answer(server.serve(server.calls[2] as Call));
    await old;
    expect(look.exact.size).toBe(0);
    await look.needExact(['conv']);
    expect([...look.exact.keys()]).toEqual(['conv']);
  });

  it('of a trace that the server dropped come after the picture was sent again', async () => {
    server.next = [problem(410)];
    await look.needExact(['conv']);
    expect(server.calls.map(({ path }) => path)).toEqual([
      ...['/api/models/tiny/trace', '/api/traces/trace-1'],
      ...['/api/models/tiny/trace', '/api/traces/trace-2'],
    ]);
    expect(look.shown?.picture).toBe(COFFEE);
    expect([...look.exact.keys()]).toEqual(['conv']);
    expect(look.problem).toBeNull();
  });

  it('of a server that keeps no trace at all are given up after one more try', async () => {
    server.next = [problem(410), (call) => server.serve(call), problem(410)];
    await look.needExact(['conv']);
    expect(server.to('/trace')).toHaveLength(2);
    expect(look.exact.size).toBe(0);
    server.next = [problem(410)];
    await look.needExact(['conv']);
    expect(server.to('/trace')).toHaveLength(2);
  });

  it('that the server refuses say why, and can be asked for again', async () => {
    server.next = [problem(500)];
    await look.needExact(['conv']);
    expect(look.problem?.status).toBe(500);
    await look.needExact(['conv']);
    expect([...look.exact.keys()]).toEqual(['conv']);
  });
});

describe('weights', () => {
  beforeEach(() => show(COFFEE));

  it('are fetched once for each node that has any', async () => {
    await Promise.all([look.needWeights(['conv', 'relu']), look.needWeights(['conv', 'dense'])]);
    await look.needWeights(['relu', 'nobody']);
    expect(nodesAsked(server.to('/weights'))).toEqual(['conv', 'dense']);
    expect([...look.weights.keys()].sort()).toEqual([
      ...['conv.bias', 'conv.weight', 'dense.bias', 'dense.weight'],
    ]);
  });

  it('stay for another picture and are forgotten for another network', async () => {
    await look.needWeights(['conv']);
    await show(ROCKET);
    expect(look.weights.size).toBe(2);
    await show(picture('seven'), 'digits');
    expect(look.weights.size).toBe(0);
    await look.needWeights(['conv']);
    expect(server.to('/weights').map(({ path }) => path.split('/')[3])).toEqual(['tiny', 'digits']);
  });

  it('of a network that another one replaces never arrive', async () => {
    const later = new Later();
    server.next = [later.response];
    const old = look.needWeights(['conv']);
    await show(picture('seven'), 'digits');
    await old;
    expect(look.weights.size).toBe(0);
  });

  it('that the server refuses say why, and can be asked for again', async () => {
    server.next = [problem(500)];
    await look.needWeights(['conv']);
    expect(look.problem?.status).toBe(500);
    await look.needWeights(['conv']);
    expect(look.weights.size).toBe(2);
  });
});

describe('prefetch', () => {
  it('brings the numbers and weights of a small network', async () => {
    await show(COFFEE);
    await look.prefetch();
    expect([...look.exact.keys()]).toEqual(NODES.map(({ id }) => id));
    expect(look.weights.size).toBe(4);
  });

  it('leaves those of a large network until they are opened', async () => {
    const nodes = NODES.map((node) =>
      node.id === 'conv' ? { ...node, shape: [512, 64, 64], parameters: 1 << 20 } : node,
    );
    const page = makePage();
    look = new Look({ ...page, card: { ...page.card, nodes, parameters: 1 << 20 } });
    await show(COFFEE);
    await look.prefetch();
    expect(server.calls).toHaveLength(1);
  });
});
