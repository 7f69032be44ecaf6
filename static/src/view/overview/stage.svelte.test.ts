// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Recorder, recordCanvases } from '../../../tests/canvas';
import { makeNode, makePage, NODES } from '../../../tests/network';
import { makeRandom } from '../../../tests/random';
import { FakeServer } from '../../../tests/server';
import { receptiveField, sources } from '../../core/geometry';
import { PICTURE, type Box, type Column, type Density } from '../../core/layout';
import { cellAddress, mapStack } from '../../core/maps';
import type { ChannelOrder } from '../../core/order';
import type { ScaleMode } from '../../core/scale';
import type { NodeInfo } from '../../core/types';
import { clearView } from '../../draw/scene';
import { Look, type Place } from '../../state/look.svelte';
import type { Picture } from '../../state/pictures.svelte';
import { Scales } from '../../state/scales.svelte';
import { Stage } from './stage.svelte';

const COFFEE: Picture = {
  ...{ id: 'coffee', en: '', zh: '', own: false, fit: 'photo', credit: '', thumb: '' },
  source: { bundled: 'coffee' },
};
const NOTHING = { links: [], lit: [], target: null, dim: 0 };

/** Two columns of 400 maps, more than a window has room for. */
const WIDE: readonly NodeInfo[] = ['one', 'two'].reduce<NodeInfo[]>(
  (nodes, id) => {
    const conv = NODES.find((node) => node.id === 'conv') as NodeInfo;
    const before = (nodes.at(-1) as NodeInfo).id;
    const made = { ...conv, ...{ id, label: id, inputs: [before], shape: [400, 4, 4] } };
    return [...nodes, { ...made, geometry: { ...conv.geometry, out: 400 } as never, weights: {} }];
  },
  [makeNode({ id: 'input', op: 'input', shape: [3, 8, 8] })],
);

let server: FakeServer;
let look: Look;
let stage: Stage;
let pinned: Place | null;
let order: ChannelOrder;
let density: Density;
let mode: ScaleMode;
let recorderOf: (canvas: HTMLCanvasElement) => Recorder;

async function make(nodes: readonly NodeInfo[], width = 1200) {
  server.nodes = nodes;
  const page = makePage();
  look = new Look({ ...page, card: { ...page.card, nodes } });
  stage = new Stage(look, new Scales(look, () => mode), {
    theme: () => 'light',
    order: () => order,
    density: () => density,
    pinned: () => pinned,
  });
  [stage.width, stage.height] = [width, 700];
  await look.open('tiny', COFFEE, null);
}

beforeEach(async () => {
  [pinned, order, density, mode] = [null, 'index', 'fit', 'layer'];
  recorderOf = recordCanvases();
  server = new FakeServer();
  await make(NODES);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const columnOf = (id: string) => stage.columns.get(id) as Column;

/** The middle of a cell of a map, in the world. */
function middleOf({ node, channel, y = 0, x = 0 }: Place): [number, number] {
  const { height, width } = mapStack(look.node(node));
  const box = stage.box(node, channel) as Box;
  return [box.x + ((x + 0.5) / width) * box.w, box.y + ((y + 0.5) / height) * box.h];
}

/** Where the drawing puts a point of the world, in CSS pixels. */
function drawnAt([worldX, worldY]: [number, number]): [number, number] {
  const recorder = new Recorder();
  clearView(recorder.context, { ...stage.transform, width: 1200, height: 700, ratio: 1 });
  const [a, , , d, e, f] = recorder.calls('setTransform').at(-1) as number[];
  return [(a as number) * worldX + (e as number), (d as number) * worldY + (f as number)];
}

function everyPlace(id: string): Place[] {
  const { height, width } = mapStack(look.node(id));
  return columnOf(id).cells.flatMap(({ channel }) =>
    Array.from({ length: height * width }, (_, i) => {
      return { node: id, channel, y: Math.floor(i / width), x: i % width };
    }),
  );
}

describe('placeAt', () => {
  const random = makeRandom(11);
  const transforms = Array.from({ length: 12 }, () => ({
    k: 2 ** (random() * 6 - 2),
    x: (random() - 0.5) * 4000,
    y: (random() - 0.5) * 4000,
  }));

  it.each(transforms)('finds every cell where zoom $k and ($x, $y) draw it', (transform) => {
    stage.transform = transform;
    for (const { id } of NODES) {
      const places = everyPlace(id);
      expect(places.map((place) => stage.placeAt(...drawnAt(middleOf(place))))).toEqual(places);
    }
  });

  it('finds every cell on a narrow screen', async () => {
    await make(NODES, 390);
    for (const { id } of NODES) {
      const places = everyPlace(id);
      expect(places.map((place) => stage.placeAt(...middleOf(place)))).toEqual(places);
    }
  });

  it('finds every one of very many small maps', async () => {
    density = 'all';
    await make(WIDE);
    const places = everyPlace('two');
    expect(places).toHaveLength(6400);
    expect(places.map((place) => stage.placeAt(...middleOf(place)))).toEqual(places);
  });

  it('finds nothing on the picture and beside the columns', () => {
    const picture = stage.columns.get(PICTURE) as Box;
    expect(stage.placeAt(picture.x + picture.w / 2, picture.y + picture.h / 2)).toBeNull();
    expect(stage.placeAt(-50, -50)).toBeNull();
  });
});

describe('the overlay', () => {
  const ends = () =>
    stage.overlay.links.map(({ from, to }) => [nameOf(from), nameOf(to)].join(' > ')).sort();

  function nameOf(box: Box): string {
    for (const [id, { cells }] of stage.columns) {
      const cell = cells.find((each) => each === box);
      if (cell) return `${id} ${cell.channel}`;
    }
    return '?';
  }

  it('is empty while nothing is pointed at', () => {
    expect(stage.overlay).toEqual(NOTHING);
    expect(stage.linkRange).toBeNull();
  });

  it('links a channel of a convolution with all inputs and with what reads it', async () => {
    await look.needWeights(['conv']);
    look.hover = { node: 'conv', channel: 2 };
    expect(ends()).toEqual([
      ...['conv 2 > relu 2', 'input 0 > conv 2', 'input 1 > conv 2', 'input 2 > conv 2'],
    ]);
    const { target, lit, dim } = stage.overlay;
    expect([nameOf(target as Box), dim]).toEqual(['conv 2', 1]);
    expect(lit.map(nameOf).sort()).toEqual(['input 0', 'input 1', 'input 2', 'relu 2']);
  });

  it('links a number of a dense layer with every segment and with every class', () => {
    look.hover = { node: 'dense', channel: 1 };
    expect(ends()).toEqual([
      ...['dense 1 > softmax 0', 'dense 1 > softmax 1', 'dense 1 > softmax 2'],
      ...['flat 0 > dense 1', 'flat 1 > dense 1', 'flat 2 > dense 1', 'flat 3 > dense 1'],
    ]);
  });

  it('makes the strongest weighed link the widest, and the others a share of it', async () => {
    await look.needWeights(['conv']);
    look.hover = { node: 'conv', channel: 2 };
    const weights = look.weights.get('conv.weight')?.data as Float32Array;
    const sums = [0, 1, 2].map((input) => {
      const start = (2 * 3 + input) * 9;
      return weights.subarray(start, start + 9).reduce((sum, w) => sum + Math.abs(w), 0);
    });
    const most = Math.max(...sums);
    const drawn = new Map(
      stage.overlay.links.map(({ from, strength }) => [nameOf(from), strength]),
    );
    sums.forEach((sum, i) => expect(drawn.get(`input ${i}`)).toBeCloseTo(sum / most, 12));
    expect(drawn.get('conv 2')).toBe(0);
  });

  it('colours weighed links alone, on the scale that the legend shows', async () => {
    await look.needWeights(['conv']);
    look.hover = { node: 'conv', channel: 2 };
    const colours = stage.overlay.links.map(({ to, colour }) => [nameOf(to), colour !== '']);
    expect(colours.sort()).toEqual([
      ...[
        ['conv 2', true],
        ['conv 2', true],
        ['conv 2', true],
      ],
      ['relu 2', false],
    ]);
    const [lo, hi] = stage.linkRange ?? [0, 0];
    expect(hi).toBeGreaterThan(0);
    expect(lo).toBe(-hi);
    look.hover = { node: 'relu', channel: 2 };
    expect(stage.linkRange).toBeNull();
  });

  it('follows the pointer, and what is pinned when there is none', () => {
    pinned = { node: 'pool', channel: 3 };
    look.hover = { node: 'relu', channel: 1 };
    expect(nameOf(stage.overlay.target as Box)).toBe('relu 1');
    look.hover = null;
    expect(nameOf(stage.overlay.target as Box)).toBe('pool 3');
  });

  it('is empty for what the network does not have', () => {
    look.hover = { node: 'nobody', channel: 0 };
    expect(stage.overlay).toEqual(NOTHING);
    look.hover = { node: 'conv', channel: 99, y: 0, x: 0 };
    expect(stage.overlay).toEqual(NOTHING);
  });

  it('links all that is drawn of a column that is cut', async () => {
    await make(WIDE, 900);
    const shown = columnOf('one').cells.length;
    expect(shown).toBeLessThan(300);
    look.hover = { node: 'two', channel: 0 };
    expect(stage.overlay.links).toHaveLength(shown);
  });
});

describe('windows', () => {
  const random = makeRandom(5);
  const below = (count: number) => Math.floor(random() * count);
  const cells = ['conv', 'relu', 'pool'].flatMap((id) =>
    Array.from({ length: 6 }, (): Required<Place> => {
      const { count, height, width } = mapStack(NODES.find((node) => node.id === id) as NodeInfo);
      return { node: id, channel: below(count), y: below(height), x: below(width) };
    }),
  );

  /** A part of a map, from rows and columns of cells, as a box of the world. */
  function partOf(id: string, channel: number, [y0, y1, x0, x1]: readonly number[]): Box {
    const { height, width } = mapStack(look.node(id));
    const box = stage.box(id, channel) as Box;
    const [left, right] = [x0, x1].map((x) => box.x + ((x as number) / width) * box.w);
    const [top, bottom] = [y0, y1].map((y) => box.y + ((y as number) / height) * box.h);
    return {
      ...{ x: left as number, y: top as number },
      ...{ w: (right as number) - (left as number), h: (bottom as number) - (top as number) },
    };
  }

  it.each(cells)('of $node $channel ($y, $x) are what geometry says', (place) => {
    look.hover = place;
    const node = look.node(place.node);
    const cell = cellAddress(node, place.channel, place.y, place.x);
    const input = node.inputs[0] as string;
    const [box] = sources(node.geometry, cell, [look.node(input).shape]);
    const [first, end] = box?.c ?? [0, 0];
    const read = Array.from({ length: end - first }, (_, i) =>
      partOf(input, first + i, [...(box?.y.slice(0, 2) ?? []), ...(box?.x.slice(0, 2) ?? [])]),
    );
    const field = receptiveField(NODES, place.node, cell).clipped;
    const seen = [0, 1, 2].map((channel) => partOf('input', channel, field));
    const wanted = [...read, ...seen];
    expect(stage.windows).toHaveLength(wanted.length);
    stage.windows.forEach((window, i) => {
      for (const side of ['x', 'y', 'w', 'h'] as const) {
        expect(window[side]).toBeCloseTo(wanted[i]?.[side] as number, 9);
      }
    });
  });

  it('of a whole map, without a cell, are none', () => {
    look.hover = { node: 'conv', channel: 1 };
    expect([stage.windows, stage.field]).toEqual([[], null]);
  });
});

describe('the drawn columns', () => {
  it('mark dead maps', () => {
    const dead = stage.painted.map((column) => [...column.dead]);
    expect(dead.filter((channels) => channels.length > 0)).toEqual([[2]]);
  });

  it('are none before there is a trace', () => {
    look.trace = null;
    expect(stage.painted).toEqual([]);
  });

  it('keep their canvases for the next picture', async () => {
    const before = stage.painted.map(({ atlas }) => atlas.canvas);
    await look.open('tiny', COFFEE, null);
    expect(stage.painted.map(({ atlas }) => atlas.canvas)).toEqual(before);
  });

  it('are those in view, and the others as soon as they come into it', () => {
    const ids = () => stage.painted.map(({ cells }) => cells);
    const all = NODES.map(({ id }) => columnOf(id).cells).slice(0, -1);
    expect(ids()).toEqual(all);
    const { x, w } = columnOf('conv');
    stage.transform = { k: 1, x: -x - w / 2, y: 0 };
    expect(ids()).not.toContain(columnOf('input').cells);
    expect(ids()).toContain(columnOf('relu').cells);
  });

  it('are painted once for a picture, a scale and a theme, however they are moved', () => {
    const put = () =>
      stage.painted.map(({ atlas }) => recorderOf(atlas.canvas).calls('putImageData').length);
    const first = put();
    stage.transform = { k: 0.9, x: 20, y: 0 };
    expect(put()).toEqual(first);
    mode = 'map';
    stage.transform = { k: 1, x: 0, y: 0 };
    expect(put()).toEqual(first.map((count) => count + 1));
  });

  it('stand in the chosen order', async () => {
    order = 'max';
    await make(NODES);
    expect(columnOf('relu').cells.map(({ channel }) => channel)).toEqual([3, 1, 0, 2]);
  });

  it('have faint links between what feeds what, no more than can be told apart', async () => {
    const { x, y } = stage.box('conv', 1) as Box;
    const into = stage.edges.filter(({ to }) => to.x === x && to.y === y);
    expect(into.map(({ from }) => from)).toEqual(columnOf('input').cells);
    density = 'all';
    await make(WIDE);
    expect(stage.edges.length).toBeLessThanOrEqual(320);
  });
});
