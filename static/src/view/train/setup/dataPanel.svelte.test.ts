// @vitest-environment happy-dom
import { flushSync, mount, unmount } from 'svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  json,
  makeListing,
  refusal,
  serve,
  settled,
  SHEET,
  type Asked,
} from '../../../../tests/setup';
import type { Options } from '../../../core/run';
import { SetupState } from '../../../state/setup.svelte';
import DataPanel from './DataPanel.svelte';

const WHY = { en: 'MNIST is not on this server.', zh: 'MNIST 不在这台服务器上。' };
const SETS = [
  makeListing('digits'),
  makeListing('mnist', { kind: 'torchvision', available: false, why: WHY, downloadable: true }),
  makeListing('ring', { kind: 'points', shape: [2] }),
  makeListing('mine', { kind: 'own' }),
];
let calls: Asked[];
let setup: SetupState;
let props: { options: Options };
let given: Options[];
let made: Record<string, unknown>;
let answers: Record<string, (asked: Asked) => Response>;

function show(data: string): void {
  setup = new SetupState();
  setup.sets = SETS;
  given = [];
  const state = $state({ setup, options: { data, noise: 0.1 } as Options, onchange });
  props = state;
  function onchange(values: Options): void {
    given.push(values);
    state.options = { ...state.options, ...values };
  }
  made = mount(DataPanel, { target: document.body, props: state });
  flushSync();
}

beforeEach(() => {
  vi.spyOn(URL, 'createObjectURL').mockReturnValue('blob:1');
  vi.spyOn(URL, 'revokeObjectURL').mockReturnValue();
  const sheet = ({ accept }: Asked) =>
    accept?.includes('json') ? json(SHEET) : new Response('png');
  answers = {
    'GET /api/data/digits/sheet': sheet,
    'GET /api/data/mnist/sheet': sheet,
    'GET /api/data/mine/sheet': sheet,
  };
  calls = serve(answers);
});
afterEach(async () => {
  await unmount(made);
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const one = <T extends Element = HTMLElement>(selector: string) => {
  const found = document.querySelector<T>(selector);
  if (!found) throw new Error(`no ${selector}`);
  return found;
};

async function choose(id: string): Promise<void> {
  const select = one<HTMLSelectElement>('[data-sets]');
  select.value = id;
  select.dispatchEvent(new Event('change', { bubbles: true }));
  flushSync();
  await settled();
}

async function press(selector: string): Promise<void> {
  one(selector).click();
  flushSync();
  await settled();
}

describe('the choice of a data set', () => {
  it('groups the sets by kind', () => {
    show('digits');
    const groups = [...document.querySelectorAll('optgroup')].map(({ label }) => label);
    expect(groups).toEqual([
      'Comes with ConvLens',
      'Known data sets',
      'Your own',
      'Points in the plane',
    ]);
  });

  it('says why a set cannot be learned from, and does not set it', async () => {
    show('digits');
    await choose('mnist');
    expect(one('[data-why="mnist"]').textContent).toBe(WHY.en);
    expect(given).toEqual([]);
    await choose('ring');
    expect(given).toEqual([{ data: 'ring' }]);
    expect(document.querySelector('[data-why]')).toBeNull();
  });

  it('follows the option when something else sets it', async () => {
    show('digits');
    await choose('mnist');
    props.options = { ...props.options, data: 'ring' };
    flushSync();
    expect(one<HTMLSelectElement>('[data-sets]').value).toBe('ring');
  });

  it('downloads a set and sets it once it is there', async () => {
    const listing = { ...SETS[1], available: true, why: null };
    answers['POST /api/data/mnist/download'] = () =>
      new Response(`{"done":1,"total":2}\n${JSON.stringify({ listing })}\n`);
    show('digits');
    await choose('mnist');
    await press('[data-download]');
    expect(given).toEqual([{ data: 'mnist' }]);
    expect(document.querySelector('[data-download]')).toBeNull();
  });

  it('shows how much of a set has come while the rest is on its way', async () => {
    let more: ReadableStreamDefaultController<Uint8Array> | undefined;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => void (more = controller),
    });
    answers['POST /api/data/mnist/download'] = () => new Response(body);
    const tell = async (line: object) => {
      more?.enqueue(new TextEncoder().encode(`${JSON.stringify(line)}\n`));
      await settled();
    };
    show('digits');
    await choose('mnist');
    await press('[data-download]');
    await tell({ done: 2_000_000, total: 8_000_000 });
    const bar = one<HTMLProgressElement>('[data-progress] progress');
    expect([bar.value, bar.max]).toEqual([2_000_000, 8_000_000]);
    expect(one('[data-progress]').textContent).toContain('2.0');
    await tell({ done: 6_500_000, total: 8_000_000 });
    expect(bar.value).toBe(6_500_000);
    await tell({ listing: { ...SETS[1], available: true, why: null } });
    more?.close();
    await settled();
    expect(document.querySelector('[data-progress]')).toBeNull();
    expect(given).toEqual([{ data: 'mnist' }]);
  });

  it('says in words that there is no network, and lets the person try again', async () => {
    answers['POST /api/data/mnist/download'] = () => refusal('No network.', '没有网络。', 503);
    show('digits');
    await choose('mnist');
    await press('[data-download]');
    expect(one('[data-refused]').textContent).toContain('No network.');
    one('[data-download]');
    expect(given).toEqual([]);
  });
});

describe('the contact sheet', () => {
  it('shows each part by its mark, its word and its count; test pictures stay sealed', async () => {
    show('digits');
    await settled();
    const counts = [...document.querySelectorAll<HTMLElement>('[data-count]')];
    expect(counts.map(({ textContent }) => textContent?.replace(/\s+/g, ' ').trim())).toEqual([
      'training 7',
      'validation 2',
      'test, sealed 1',
    ]);
    const cells = [...document.querySelectorAll('[data-class="a"] .cell')];
    expect(cells.map((cell) => cell.getAttribute('data-part'))).toEqual(['train', 'validation']);
    const row = [...document.querySelectorAll('[data-class="a"] .count')];
    expect(row.map(({ textContent }) => textContent)).toEqual(['4', '1', '1']);
  });

  it('is asked for with the options that divide the data, as words and as a picture', async () => {
    show('digits');
    await settled();
    const sheets = calls.filter(({ path }) => path.endsWith('/sheet'));
    expect(sheets.map(({ accept }) => accept)).toEqual(['image/png', 'application/json']);
    expect(sheets[0]?.query.get('noise')).toBe('0.1');
  });

  it('of points is the plane, without an atlas', async () => {
    const points = [[0.5, 0.5, 1, 'train']];
    answers['GET /api/data/ring/sheet'] = () => json({ ...SHEET, cells: [], points });
    show('ring');
    await settled();
    expect(calls.map(({ accept }) => accept)).toEqual(['application/json']);
    expect(document.querySelectorAll('[data-label="1"]')).toHaveLength(1);
  });
});

describe('a set of one’s own', () => {
  it('is deleted only when that is said twice, and another takes its place', async () => {
    answers['DELETE /api/data/mine'] = () => new Response(null, { status: 204 });
    show('mine');
    await press('[data-delete="mine"]');
    expect(calls.filter(({ method }) => method === 'DELETE')).toEqual([]);
    await press('[data-delete-sure]');
    expect(setup.sets.map(({ id }) => id)).not.toContain('mine');
    expect(given).toEqual([{ data: 'digits' }]);
  });

  it('is put together class by class and set when it is done', async () => {
    show('digits');
    const taken = { listing: makeListing('birds', { kind: 'own', available: false }), notes: [] };
    answers['POST /api/data/birds/pictures'] = () => json(taken, 201);
    const name = one<HTMLInputElement>('#set-name');
    name.value = 'Birds';
    name.dispatchEvent(new Event('input', { bubbles: true }));
    for (const label of ['crow', 'owl']) {
      const field = one<HTMLInputElement>('#class-name');
      field.value = label;
      field.dispatchEvent(new Event('input', { bubbles: true }));
      flushSync();
      await press('[data-add-class]');
    }
    const bins = [...document.querySelectorAll('[data-bin]')].map((bin) =>
      bin.getAttribute('data-bin'),
    );
    expect(bins).toEqual(['crow', 'owl']);
    expect(one('[data-collect]').textContent).toContain('At least two classes need pictures');
  });
});
