// @vitest-environment happy-dom
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  examined,
  json,
  LAYERS,
  makeListing,
  PRESETS,
  refusal,
  serve,
  settled,
} from '../../tests/setup';
import { makeRun } from '../../tests/training';
import { SetupState } from './setup.svelte';

afterEach(() => vi.unstubAllGlobals());

const OPTIONS = {
  data: 'digits',
  net: 'tiny8',
  layers: null,
  start: '',
  activation: 'relu',
  lr: 1,
};

function makeSetup(answer = () => json(examined(LAYERS))) {
  const calls = serve({ 'POST /api/plans': answer });
  const setup = new SetupState();
  setup.presets = PRESETS;
  return { setup, calls };
}

describe('the network of the options', () => {
  it('is examined once for as long as nothing that shapes it changes', async () => {
    const { setup, calls } = makeSetup();
    setup.check(OPTIONS);
    setup.check({ ...OPTIONS, lr: 2 });
    await settled();
    setup.check({ ...OPTIONS, lr: 3 });
    await settled();
    expect(calls).toHaveLength(1);
    expect(calls[0]?.body).toEqual({ preset: 'tiny8', activation: 'relu', data: 'digits' });
    expect(setup.examined?.rows).toHaveLength(5);
  });

  it('is the newest of those that were asked for while one was under way', async () => {
    const { setup, calls } = makeSetup();
    for (const data of ['a', 'b', 'c', 'd']) setup.check({ ...OPTIONS, data });
    await settled();
    expect(calls.map(({ body }) => (body as { data: string }).data)).toEqual(['a', 'd']);
  });

  it('is the person’s own layers where there are any', async () => {
    const { setup, calls } = makeSetup();
    setup.check({ ...OPTIONS, layers: [{ kind: 'flatten' }] });
    await settled();
    expect(calls[0]?.body).toEqual({ layers: [{ kind: 'flatten' }], data: 'digits' });
  });

  it('is that of the shipped network that the run starts from', async () => {
    const { setup, calls } = makeSetup();
    setup.check({ ...OPTIONS, start: 'lenet-5' });
    await settled();
    expect((calls[0]?.body as { preset: string }).preset).toBe('lenet');
  });

  it('is not there when the preset cannot be, and the reason is', async () => {
    const { setup } = makeSetup(() => refusal('too small', '太小'));
    setup.check(OPTIONS);
    await settled();
    expect(setup.examined).toBeNull();
    expect(setup.planProblem?.values).toEqual({ en: 'too small', zh: '太小' });
  });
});

describe('starting from something', () => {
  it('takes a run’s layers along', () => {
    const { setup } = makeSetup();
    const options = { net: 'mlp', width: 16, lr: 3, layers: [{ kind: 'flatten' }] };
    const run = makeRun({ id: '7', options });
    expect(setup.starting('run-7', [run])).toEqual({
      ...{ start: 'run-7', net: 'mlp', width: 16, layers: [{ kind: 'flatten' }] },
    });
  });

  it('takes a shipped network’s preset, and nothing from scratch', () => {
    const { setup } = makeSetup();
    expect(setup.starting('lenet-5', [])).toEqual({ start: 'lenet-5', layers: null, net: 'lenet' });
    expect(setup.starting('', [])).toEqual({ start: '', layers: null });
  });
});

describe('the data sets', () => {
  it('have a changed one in the place of what was known of it', () => {
    const { setup } = makeSetup();
    setup.sets = [makeListing('digits'), makeListing('mine', { count: 1 })];
    setup.took({ listing: makeListing('mine', { count: 2 }) });
    expect(setup.sets.map(({ id, count }) => [id, count])).toEqual([
      ['digits', 10],
      ['mine', 2],
    ]);
  });

  it('bring a network that takes what they hold, and leave one that does', () => {
    const { setup } = makeSetup();
    setup.sets = [makeListing('digits'), makeListing('ring', { shape: [2] })];
    expect(setup.fitting('ring', OPTIONS)).toEqual({
      ...{ data: 'ring', net: 'points-mlp', layers: null, start: '', freeze: 'none' },
    });
    expect(setup.fitting('digits', OPTIONS)).toEqual({ data: 'digits' });
  });
});
