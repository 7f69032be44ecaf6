// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { makePage } from '../../tests/network';
import { settle } from '../../tests/server';
import { FakeSocket, makeRun, TABLE } from '../../tests/training';
import { decodeState } from '../core/url';
import type { Experiment, Options, Run, RunState } from '../core/run';
import { App } from './app.svelte';
import { Train } from './train.svelte';

const words = (text: string) => ({ en: text, zh: text });
const EXPERIMENT: Experiment = {
  ...{ id: 'lr', title: words('Rate'), question: words('How fast?') },
  arms: [
    { label: words('slow'), options: { lr: 1e-4 } },
    { label: words('fast'), options: { lr: 5 } },
  ],
};

let calls: { method: string; path: string; body: Record<string, unknown> | null }[];
let refuse: Record<string, unknown> | null;
let runs: Run[];
/** What a setting waits for before it is answered. */
let held: Promise<void>;
let app: App;
let train: Train;

function answer(method: string, path: string, body: Options | null): unknown {
  if (path === '/api/options') return TABLE;
  if (path === '/api/experiments') return [EXPERIMENT];
  if (path === '/api/runs' && method === 'GET') return runs;
  if (path === '/api/runs') {
    const run = makeRun({ id: String(runs.length + 1), options: body ?? {}, state: 'running' });
    runs = [run, ...runs];
    return run;
  }
  return runs.find(({ id }) => path.startsWith(`/api/runs/${id}`)) ?? {};
}

beforeEach(async () => {
  [calls, refuse, runs, held] = [[], null, [], Promise.resolve()];
  FakeSocket.all = [];
  vi.stubGlobal('WebSocket', FakeSocket);
  vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => undefined }));
  vi.stubGlobal('requestAnimationFrame', (work: () => void) => setTimeout(work));
  vi.stubGlobal('fetch', async (path: string, init: RequestInit = {}) => {
    const { method = 'GET', body } = init;
    const said = typeof body === 'string' ? (JSON.parse(body) as Record<string, unknown>) : null;
    calls.push({ method, path, body: said });
    if (refuse && method === 'POST') return Response.json(refuse, { status: 422 });
    if (said?.['action'] === 'set') await held;
    if (method === 'DELETE') return new Response(null, { status: 204 });
    return Response.json(answer(method, path, said as Options | null));
  });
  history.replaceState(null, '', '#v=1&view=train');
  app = new App(makePage());
  train = new Train(app);
  await train.load(new AbortController().signal);
});
afterEach(() => {
  train.rest();
  vi.unstubAllGlobals();
});

const posted = (path: string) =>
  calls
    .filter((call) => call.method === 'POST' && call.path.endsWith(path))
    .map(({ body }) => body);
const addressed = () => decodeState(location.hash);

/** The run that is open says its new state. */
async function become(state: RunState): Promise<void> {
  FakeSocket.last.open();
  FakeSocket.last.say({ seq: 1, type: 'state', step: 0, state, reason: null });
  train.recording?.flush();
  await settle();
}

describe('before the first run', () => {
  it('every option has its default, and Play alone is missing', () => {
    expect(train.draft).toMatchObject({ data: 'digits', lr: 0.01, batch: 32 });
    expect([train.state, train.isLiving, train.problem]).toEqual([null, false, null]);
  });

  it('Play starts the default run, and the address names it', async () => {
    await train.play();
    expect(posted('/api/runs')).toEqual([{}]);
    expect([addressed().run, train.session?.run.id]).toEqual(['1', '1']);
    expect(FakeSocket.last.url).toMatch(/\/ws\/runs\/1\?from_step=0$/);
  });

  it('a step starts it paused, then takes the step', async () => {
    await train.step('batch');
    expect(posted('/api/runs')).toEqual([{ paused: true }]);
    expect(posted('/control')).toEqual([{ action: 'step_batch' }]);
  });

  it('what differs from the defaults is all that is asked for', async () => {
    train.set({ lr: 0.1, batch: 32, optimiser: 'sgd' });
    await train.play();
    expect(posted('/api/runs')).toEqual([{ lr: 0.1, optimiser: 'sgd' }]);
  });

  it('a refused option is said in words, and no run is open', async () => {
    refuse = { status: 422, title: 'No', detail: 'batch is -1.', hint: 'Take 32.' };
    await train.play();
    expect(train.problem).toMatchObject({ detail: 'batch is -1.', hint: 'Take 32.' });
    expect([train.session, addressed().run, train.isBusy]).toEqual([null, null, false]);
  });

  it('two presses start one run', async () => {
    await Promise.all([train.play(), train.play()]);
    expect(posted('/api/runs')).toHaveLength(1);
  });
});

describe('a run that goes on', () => {
  beforeEach(async () => {
    await train.play();
    await become('running');
  });

  it('is paused by Play, and goes on with the next', async () => {
    await train.play();
    await become('running');
    FakeSocket.last.say({ seq: 2, type: 'state', step: 3, state: 'paused', reason: null });
    train.recording?.flush();
    await train.play();
    expect(posted('/control')).toEqual([{ action: 'pause' }, { action: 'resume' }]);
  });

  it('takes a new learning rate at once, of a drag the last one', async () => {
    for (const lr of [0.02, 0.03, 0.04]) train.set({ lr });
    await settle();
    const values = posted('/control').map((body) => body?.['value']);
    expect([values[0], values.at(-1)]).toEqual([0.02, 0.04]);
    expect(values).not.toContain(0.03);
    expect(train.pending).toEqual([]);
  });

  it('keeps what counts only for the next run apart', async () => {
    train.set({ batch: 8, lr: 0.5 });
    await settle();
    expect(train.pending).toEqual(['batch']);
    await train.start();
    expect(posted('/control').at(-1)).toEqual({ action: 'stop' });
    expect(posted('/api/runs').at(-1)).toEqual({ batch: 8, lr: 0.5 });
    expect([addressed().run, train.pending]).toEqual(['2', []]);
  });

  it('takes a remedy at once where it can, else in a new run', async () => {
    await train.remedy({ lr: 0.001 });
    expect(posted('/api/runs')).toHaveLength(1);
    await train.remedy({ lr: 0.001, optimiser: 'sgd' });
    expect(posted('/api/runs').at(-1)).toEqual({ lr: 0.001, optimiser: 'sgd' });
  });

  it.each([
    ['a new run starts', () => train.start()],
    ['a remedy needs a new run', () => train.remedy({ lr: 0.001, optimiser: 'sgd' })],
    ['it is reset', () => train.reset()],
  ])('is told nothing after it was told to stop, when %s', async (_when, leave) => {
    let answer: () => void = () => undefined;
    held = new Promise((done) => (answer = done));
    for (const lr of [0.02, 0.03]) train.set({ lr });
    const left = leave();
    await settle();
    expect(posted('/control')).toEqual([{ action: 'set', name: 'lr', value: 0.02 }]);
    answer();
    await left;
    await settle();
    expect(posted('/control').map((body) => body?.['action'])).toEqual(['set', 'stop']);
  });

  it('stops when it is reset, and its settings wait for Play', async () => {
    train.set({ batch: 8 });
    await train.reset();
    expect(posted('/control')).toEqual([{ action: 'stop' }]);
    expect([addressed().run, train.state, train.draft['batch']]).toEqual([null, null, 8]);
  });

  it('is listed as it is now, not as it was listed', async () => {
    FakeSocket.last.say({ seq: 2, type: 'state', step: 3, state: 'paused', reason: null });
    train.recording?.flush();
    await train.refresh();
    expect(train.runs.map(({ id, state }) => [id, state])).toEqual([['1', 'paused']]);
  });

  it('opens in the layer view once it has a checkpoint, as it was at that step', () => {
    train.openLayers();
    expect(addressed().view).toBe('train');
    FakeSocket.last.say({ seq: 2, type: 'saved', step: 40 });
    train.recording?.flush();
    train.openLayers();
    expect(addressed()).toMatchObject({ view: 'look', net: 'run-1@40', run: '1' });
  });
});

describe('the address', () => {
  it('that names a run opens it, with its options', async () => {
    runs = [makeRun({ id: '9', options: { lr: 2 } })];
    app.go({ run: '9' });
    await train.follow('9');
    expect([train.session?.run.id, train.draft['lr']]).toEqual(['9', 2]);
    await train.follow(null);
    expect(train.session).toBeNull();
  });

  it('that has moved on when the answer comes is not undone', async () => {
    runs = [makeRun({ id: '9' })];
    app.go({ run: '9' });
    const following = train.follow('9');
    app.go({ run: null });
    await following;
    expect(train.session).toBeNull();
  });

  it('of a preset sets its options, and starts nothing', async () => {
    train.choose(EXPERIMENT, 1);
    expect([train.draft['lr'], addressed().experiment]).toEqual([5, 'lr:1']);
    expect(posted('/api/runs')).toEqual([]);
    const again = new Train(app);
    await again.load(new AbortController().signal);
    expect(again.draft['lr']).toBe(5);
  });
});

describe('several runs', () => {
  it('are every arm of a preset: one is open, the others lie beside', async () => {
    await train.startAll(EXPERIMENT);
    expect(posted('/api/runs')).toEqual([
      { lr: 1e-4, name: 'slow' },
      { lr: 5, name: 'fast' },
    ]);
    expect(addressed()).toMatchObject({ run: '1', beside: ['2'] });
  });

  it('are every fold of what is set; the one that goes on makes room', async () => {
    await train.play();
    await become('running');
    train.set({ folds: 3, fold: 1, lr: 0.1 });
    await train.startFolds((fold) => `fold ${fold}`);
    expect(posted('/control').at(-1)).toEqual({ action: 'stop' });
    const shared = { folds: 3, lr: 0.1 };
    expect(posted('/api/runs').slice(1)).toEqual([
      { ...shared, name: 'fold 0' },
      { ...shared, fold: 1, name: 'fold 1' },
      { ...shared, fold: 2, name: 'fold 2' },
    ]);
    expect(addressed()).toMatchObject({ run: '2', beside: ['3', '4'] });
    expect(train.isBusy).toBe(false);
  });

  it('lie beside in the order of the address, whichever comes first', async () => {
    runs = ['4', '7'].map((id) => makeRun({ id }));
    train.overlays.follow(['7']);
    await settle();
    train.overlays.follow(['4', '7']);
    await settle();
    expect(train.overlays.all.map(({ run }) => run.id)).toEqual(['4', '7']);
  });

  it('lie beside, or no longer, by the same press', async () => {
    train.lay('3');
    train.lay('4');
    train.lay('3');
    expect(addressed().beside).toEqual(['4']);
    runs = [makeRun({ id: '4' })];
    train.overlays.follow(['4']);
    await settle();
    expect(train.overlays.all.map(({ run }) => run.id)).toEqual(['4']);
    train.overlays.follow([]);
    expect(FakeSocket.last.isClosed).toBe(true);
  });

  it('forget the one that is deleted', async () => {
    await train.play();
    train.lay('7');
    await train.remove('7');
    expect(addressed()).toMatchObject({ run: '1', beside: [] });
    await train.remove('1');
    expect([addressed().run, train.session]).toEqual([null, null]);
  });
});
