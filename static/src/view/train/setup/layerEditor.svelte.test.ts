// @vitest-environment happy-dom
import { flushSync, mount, tick, unmount } from 'svelte';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { examined, LAYERS, PRESETS } from '../../../../tests/setup';
import type { Layers } from '../../../core/plan';
import type { Options } from '../../../core/run';
import { SetupState } from '../../../state/setup.svelte';
import LayerEditor from './LayerEditor.svelte';

let setup: SetupState;
let given: Options[] = [];
let props: { setup: SetupState; options: Options; onchange: (values: Options) => void };
let made: Record<string, unknown>;

beforeEach(() => {
  setup = new SetupState();
  setup.presets = PRESETS;
  setup.examined = examined(LAYERS);
  given = [];
  const state = $state({ setup, options: { layers: null } as Options, onchange: put });
  props = state;
  made = mount(LayerEditor, { target: document.body, props: state });
  flushSync();
});
afterEach(() => unmount(made));

/** As the page does: the option is set, and the server examines it. */
function put(values: Options): void {
  given.push(values);
  props.options = { ...props.options, ...values };
  setup.examined = examined((values['layers'] as unknown as Layers | null) ?? LAYERS);
}

const all = <T extends Element = HTMLButtonElement>(selector: string) => [
  ...document.querySelectorAll<T>(selector),
];
const line = (key: string) => `[data-line="${key}"]`;
const lines = () => all('[data-name] .mono').map((each) => each.textContent);
const last = () => given.at(-1)?.['layers'] as unknown as Layers;
const [UP, DOWN, REMOVE] = [1, 2, 3].map((n) => `.tools button:nth-child(${n})`);

async function press(selector: string): Promise<void> {
  const [button] = all(selector);
  button?.focus();
  button?.click();
  flushSync();
  await tick();
}

async function type(selector: string, value: string): Promise<void> {
  const [field] = all<HTMLInputElement>(selector);
  if (!field) throw new Error(`no ${selector}`);
  field.value = value;
  field.dispatchEvent(new Event('input', { bubbles: true }));
  flushSync();
  await tick();
}

describe('the layers', () => {
  it('stand in order with their figures, those of a block inside it', () => {
    expect(lines()).toEqual(['first', 'residual1', 'conv1.0', 'norm1.1', 'last']);
    expect(document.querySelector(`${line('0')} [data-shape]`)?.textContent).toMatch(/8.*8.*8/);
    expect(given).toEqual([]);
  });

  it('become the person’s own when a setting changes, and go back to the preset', async () => {
    await press(`${line('0')} [data-name]`);
    await type(`${line('0')} [data-setting="kernel"] input`, '7');
    expect(last().map(({ kernel }) => kernel)).toEqual([7, undefined, 5]);
    await press('[data-preset]');
    expect(given.at(-1)).toEqual({ layers: null });
  });

  it('keep a number out of bounds to themselves and say the bounds', async () => {
    await press(`${line('0')} [data-name]`);
    await type(`${line('0')} [data-setting="kernel"] input`, '32');
    expect(given).toEqual([]);
    const wrong = document.querySelector('[role="alert"]')?.textContent ?? '';
    expect(wrong).toContain('32');
    expect(wrong).toContain('31');
  });

  it('say in the row why a setting cannot be', async () => {
    await press(`${line('2')} [data-name]`);
    await type(`${line('2')} [data-setting="kernel"] input`, '9');
    const said = document.querySelector(`${line('2')} [data-row-problem]`)?.textContent;
    expect(said).toBe('The window is larger than the map.');
  });

  it('move with the focus, out of a block at its end', async () => {
    await press(`${line('1.1')} ${DOWN}`);
    expect(lines()).toEqual(['first', 'residual1', 'conv1.0', 'norm2', 'last']);
    expect(document.activeElement).toBe(document.querySelector(`${line('2')} ${DOWN}`));
    await press(`${line('2')} ${DOWN}`);
    expect(last().map(({ kind }) => kind)).toEqual(['conv', 'residual', 'conv', 'norm']);
    // At the end there is no way down, so the focus takes the other button.
    expect(document.activeElement).toBe(document.querySelector(`${line('3')} ${UP}`));
  });

  it('go, and the focus stays in the list', async () => {
    await press(`${line('2')} ${REMOVE}`);
    expect(lines()).toEqual(['first', 'residual1', 'conv1.0', 'norm1.1']);
    expect(document.activeElement).toBe(document.querySelector(`${line('1.1')} [data-name]`));
  });

  it('are added behind a layer, inside a block and at the end', async () => {
    await press(`${line('1')} [data-name]`);
    const [behind, inside] = all(`${line('1')} [data-add]`);
    inside?.click();
    flushSync();
    expect(last()[1]?.layers?.map(({ kind }) => kind)).toEqual(['conv', 'norm', 'conv']);
    await press(`${line('1')} [data-name]`);
    behind?.click();
    flushSync();
    all('[data-add]').at(-1)?.click();
    flushSync();
    expect(given.length).toBeGreaterThanOrEqual(2);
    expect(last().at(-1)).toEqual({ kind: 'conv', kernel: 3 });
  });
});
