// @vitest-environment happy-dom
import { flushSync, mount, unmount } from 'svelte';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { examined, LAYERS, PRESETS } from '../../../../tests/setup';
import { makeRun } from '../../../../tests/training';
import type { Options } from '../../../core/run';
import { SetupState } from '../../../state/setup.svelte';
import TransferChoice from './TransferChoice.svelte';

let given: Options[];
let made: Record<string, unknown>;

beforeEach(() => {
  const setup = new SetupState();
  setup.presets = PRESETS;
  setup.examined = examined(LAYERS);
  const size = { channels: 1, height: 28, width: 28 };
  setup.zoo = [{ id: 'lenet-5', name: 'LeNet-5', input: size, classes: [], parameters: 1 }];
  given = [];
  const runs = [
    makeRun({ id: '1', model: null }),
    makeRun({ id: '2', model: 'run-2', options: { net: 'mlp' } }),
  ];
  const options: Options = { start: '', freeze: 'none' };
  const state = $state({ setup, options, runs, onchange });
  function onchange(values: Options): void {
    given.push(values);
    state.options = { ...state.options, ...values };
  }
  made = mount(TransferChoice, { target: document.body, props: state });
  flushSync();
});
afterEach(() => unmount(made));

const learning = () => document.querySelector('[data-trainable]')?.getAttribute('data-trainable');

function choose(mode: string): void {
  document.querySelector<HTMLInputElement>(`[data-freeze="${mode}"]`)?.click();
  flushSync();
}

describe('what the network starts from', () => {
  it('is a shipped network or a run that has kept a checkpoint', () => {
    const values = [...document.querySelectorAll('option')].map(({ value }) => value);
    expect(values).toEqual(['', 'lenet-5', 'run-2']);
  });

  it('brings the network along', () => {
    const select = document.querySelector<HTMLSelectElement>('[data-start]');
    if (!select) throw new Error('no choice');
    for (const value of ['run-2', 'lenet-5']) {
      select.value = value;
      select.dispatchEvent(new Event('change', { bubbles: true }));
      flushSync();
    }
    expect(given.map(({ start, net }) => [start, net])).toEqual([
      ['run-2', 'mlp'],
      ['lenet-5', 'lenet'],
    ]);
  });
});

describe('what learns', () => {
  it('is counted for each way to freeze', () => {
    expect(learning()).toBe('18');
    choose('chosen');
    expect(given.at(-1)).toEqual({ freeze: 'first' });
    expect(learning()).toBe('15');
    choose('none');
    expect(learning()).toBe('18');
  });

  it('never is nothing: the last layer that is free cannot be frozen', () => {
    choose('chosen');
    const boxes = () => [...document.querySelectorAll<HTMLInputElement>('.names input')];
    while (boxes().some((box) => !box.checked && !box.disabled)) {
      boxes()
        .find((box) => !box.checked && !box.disabled)
        ?.click();
      flushSync();
    }
    expect(boxes().filter((box) => !box.checked)).toHaveLength(1);
    expect(Number(learning())).toBeGreaterThan(0);
  });
});
