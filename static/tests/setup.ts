/** What the server says of data sets and networks, for tests of the setup panels. */
import { vi } from 'vitest';
import type { Listing, Sheet } from '../src/core/dataset';
import type { Examined, Kind, Layer, Layers, Path, PlanRow } from '../src/core/plan';
import type { Presets } from '../src/io/plans';

const words = (text: string) => ({ en: text, zh: `${text}（中）` });

export function makeListing(id: string, values: Partial<Listing> = {}): Listing {
  const classes = ['a', 'b'].map((each) => ({ id: each, ...words(each) }));
  return {
    ...{ id, name: words(id), kind: 'bundled', classes, shape: [1, 8, 8], count: 10 },
    ...{ per_class: [6, 4], available: true, why: null, downloadable: false },
    ...values,
  };
}

/** Two rows of a training and a validation picture. */
export const SHEET: Sheet = {
  ...{ columns: 2, rows: 2, width: 8, height: 8, notes: [], points: [] },
  cells: [0, 1].flatMap((row) =>
    (['train', 'validation'] as const).map((part, column) => ({
      ...{ row, column, part, id: 2 * row + column, label: row },
    })),
  ),
  counts: { train: [4, 3], validation: [1, 1], test: [1, 0] },
};

const bounds = { low: 1, high: 31, choices: null };
const kernel = { name: 'kernel', type: 'integer' as const, default: 3, ...bounds };
export const KINDS: readonly Kind[] = [
  { kind: 'conv', name: words('convolution'), settings: [{ ...kernel, label: words('kernel') }] },
  { kind: 'norm', name: words('batch norm'), settings: [] },
  { kind: 'residual', name: words('residual'), settings: [] },
];

const preset = { about: words('about'), settings: [], takes: ['pictures'] as const };
export const PRESETS: Presets = {
  presets: [
    { id: 'tiny8', name: words('tiny8'), ...preset, zoo: '' },
    { id: 'lenet', name: words('LeNet'), ...preset, zoo: 'lenet-5' },
  ],
  kinds: KINDS,
  limits: { layers: 200, parameters: 1000 },
};

/** Of the preset: two convolutions around a block. */
export const LAYERS: Layers = [
  { kind: 'conv', kernel: 3, name: 'first' },
  { kind: 'residual', layers: [{ kind: 'conv', kernel: 3 }, { kind: 'norm' }] },
  { kind: 'conv', kernel: 5, name: 'last' },
];

const TOO_LARGE = words('The window is larger than the map.');

function rowsOf(layers: Layers, parent: Path = []): PlanRow[] {
  return layers.flatMap((layer: Layer, index) => {
    const path = [...parent, index];
    const problem = Number(layer['kernel'] ?? 0) > 8 ? TOO_LARGE : null;
    const inside = layer.layers ? rowsOf(layer.layers, path) : [];
    const learned = inside.length > 0 ? 10 : Number(layer['kernel'] ?? 0);
    const row = {
      ...{ path, name: layer.name ?? `${layer.kind}${path.join('.')}`, kind: layer.kind, problem },
      ...{ shape: problem ? null : [8, 8, 8], parameters: learned, macs: learned * 64 },
      receptive_field: { size: 3, jump: 1 },
    };
    return [row, ...inside];
  });
}

/** Each convolution learns as many numbers as its kernel is wide; nothing wider than 8 fits. */
export function examined(layers: Layers): Examined {
  const rows = rowsOf(layers);
  return {
    ...{ plan: { input: [1, 8, 8], layers }, classes: 2, rows, problem: null },
    totals: { layers: rows.length, parameters: 18, macs: 900, receptive_field: null },
  };
}

export interface Asked {
  method: string;
  path: string;
  query: URLSearchParams;
  accept: string | null;
  body: unknown;
}
type Reply = Response | Promise<Response>;

/** Stands in for the server: answers by method and path, and remembers what it was asked. */
export function serve(answers: Readonly<Record<string, (asked: Asked) => Reply>>): Asked[] {
  const calls: Asked[] = [];
  vi.stubGlobal('fetch', async (address: string, init: RequestInit = {}) => {
    const { pathname: path, searchParams: query } = new URL(address, 'http://server');
    const { method = 'GET', body, signal } = init;
    const accept = new Headers(init.headers).get('accept');
    const text = typeof body === 'string' ? (JSON.parse(body) as unknown) : body;
    const asked = { method, path, query, accept, body: text };
    calls.push(asked);
    const answer = answers[`${method} ${path}`];
    if (!answer) throw new TypeError(`nothing answers ${method} ${path}`);
    const found = await answer(asked);
    signal?.throwIfAborted();
    return found;
  });
  return calls;
}

export const json = (body: unknown, status = 200) => Response.json(body, { status });

export function refusal(en: string, zh: string, status = 422): Response {
  const texts = { type: 'about:blank', title: '', detail: en, hint: '' };
  return json({ ...texts, status, code: 'data', values: { en, zh } }, status);
}

/** Lets what waits for promises and for Svelte happen. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setTimeout(resolve));
}
