import { describe, expect, it } from 'vitest';
import type { Box, Column, Layout, LayoutNode } from './layout';
import { PICTURE, hitTest, makeLayout } from './layout';
import { makeRandom } from '../../tests/random';
import type { Geometry, Op } from './types';

function node(id: string, op: Op, inputs: string[], shape: number[], extra = {}): LayoutNode {
  const kinds: Partial<Record<Op, Geometry>> = {
    conv: {
      kind: 'window',
      kernel: [3, 3],
      stride: [1, 1],
      padding: [],
      dilation: [1, 1],
      mixes: true,
    },
    flatten: { kind: 'flatten', from: [] },
  };
  const geometry = { ...(kinds[op] ?? { kind: 'other', function: op }), ...extra } as Geometry;
  return { id, op, inputs, shape, geometry };
}

/** Nodes one after another from lines such as "conv 10 62 62". */
function chain(...lines: string[]): LayoutNode[] {
  const nodes: LayoutNode[] = [];
  lines.forEach((line, i) => {
    const [op, ...shape] = line.split(' ');
    const before = nodes.at(-1);
    const extra = op === 'flatten' ? { from: before?.shape } : {};
    nodes.push(node(`${op}_${i}`, op as Op, before ? [before.id] : [], shape.map(Number), extra));
  });
  return nodes;
}

const TINY_VGG = chain(
  'input 3 64 64',
  ...['conv 10 62 62', 'activation 10 62 62', 'conv 10 60 60', 'activation 10 60 60'],
  'pool 10 30 30',
  ...['conv 10 28 28', 'activation 10 28 28', 'conv 10 26 26', 'activation 10 26 26'],
  ...['pool 10 13 13', 'flatten 1690', 'dense 10', 'softmax 10'],
);
const LENET = chain(
  ...['input 1 28 28', 'conv 6 28 28', 'activation 6 28 28', 'pool 6 14 14'],
  ...['conv 16 10 10', 'activation 16 10 10', 'pool 16 5 5', 'flatten 400'],
  ...['dense 120', 'activation 120', 'dense 84', 'activation 84', 'dense 10', 'softmax 10'],
);
const block = (n: number, s: number) =>
  ['conv', 'norm', 'activation', 'conv', 'norm', 'add', 'activation'].map(
    (op) => `${op} ${n} ${s} ${s}`,
  );
const RESNET18 = chain(
  ...[
    'input 3 224 224',
    'conv 64 112 112',
    'norm 64 112 112',
    'activation 64 112 112',
    'pool 64 56 56',
  ],
  ...[...block(64, 56), ...block(64, 56), ...block(128, 28), ...block(128, 28)],
  ...[...block(256, 14), ...block(256, 14), ...block(512, 7), ...block(512, 7)],
  ...['pool 512 1 1', 'flatten 512', 'dense 1000', 'softmax 1000'],
);

function overlaps(a: Box, b: Box): boolean {
  const apart = 1e-6;
  return (
    a.x + a.w > b.x + apart &&
    b.x + b.w > a.x + apart &&
    a.y + a.h > b.y + apart &&
    b.y + b.h > a.y + apart
  );
}

function boxesOf(column: Column): Box[] {
  const { titleBox, legendBox, kernelBox, cells } = column;
  return [titleBox, legendBox, ...(kernelBox ? [kernelBox] : []), ...cells];
}

/** What is wrong with a layout: pairs that overlap, boxes outside the world. */
function faults(layout: Layout): string[] {
  const found: string[] = [];
  const boxes = layout.columns.flatMap((column) =>
    boxesOf(column).map((box, i) => ({ ...box, name: `${column.id}#${i}` })),
  );
  for (const box of boxes) {
    const inside =
      box.x >= 0 && box.y >= 0 && box.x + box.w <= layout.width && box.y + box.h <= layout.height;
    if (!inside || !(box.w > 0 && box.h > 0)) found.push(`${box.name} is not inside`);
  }
  boxes.sort((a, b) => a.y - b.y);
  boxes.forEach((box, i) => {
    for (let j = i + 1; j < boxes.length; j++) {
      const other = boxes[j] as (typeof boxes)[number];
      if (other.y >= box.y + box.h) break;
      if (overlaps(box, other)) found.push(`${box.name} overlaps ${other.name}`);
    }
  });
  return found;
}

const column = (layout: Layout, id: string) => layout.columns.find((c) => c.id === id) as Column;

describe('tiny-vgg from left to right', () => {
  it.each([
    [1440, 770, 36],
    [1280, 720, 36],
    [1024, 770, 28],
    [1920, 1000, 48],
    [2560, 1300, 60],
  ])('stands whole in one row of %i x %i px with maps of at least %i px', (width, height, map) => {
    const layout = makeLayout(TINY_VGG, { width, height });
    expect(layout.mode).toBe('rows');
    expect(layout.height).toBeLessThanOrEqual(height);
    expect(layout.width).toBe(width);
    expect(layout.mapSize).toBeGreaterThanOrEqual(map);
    expect(layout.columns.every(({ row, shown, total }) => row === 0 && shown === total)).toBe(
      true,
    );
    expect(faults(layout)).toEqual([]);
  });

  const layout = makeLayout(TINY_VGG, { width: 1440, height: 770 });

  it('begins with the picture, then follows the execution order', () => {
    expect(layout.columns.map(({ id }) => id)).toEqual([PICTURE, ...TINY_VGG.map(({ id }) => id)]);
    const lefts = layout.columns.map(({ x }) => x);
    expect(lefts).toEqual([...lefts].sort((a, b) => a - b));
  });

  it('has wide gaps exactly before what mixes channels', () => {
    const wide = layout.columns.slice(1).filter(({ x }, i) => {
      const before = layout.columns[i] as Column;
      return x - before.x - before.w >= 50;
    });
    expect(wide.map(({ op }) => op)).toEqual(['conv', 'conv', 'conv', 'conv', 'dense', 'softmax']);
  });

  it('stacks all ten maps of a column at the same heights as its neighbours', () => {
    const [conv, relu] = [column(layout, 'conv_1'), column(layout, 'activation_2')];
    expect(conv.cells.map(({ y }) => y)).toEqual(relu.cells.map(({ y }) => y));
    expect(new Set(conv.cells.map(({ x }) => x)).size).toBe(1);
  });

  it('draws flatten as a strip of ten segments and the classes as ten rows', () => {
    expect(column(layout, 'flatten_11')).toMatchObject({ kind: 'strip', shown: 10, total: 10 });
    expect(column(layout, 'dense_12')).toMatchObject({ kind: 'bars', shown: 10 });
    expect(column(layout, 'softmax_13')).toMatchObject({ kind: 'bars', w: 170, shown: 10 });
  });

  it('sets logits and probabilities of a class at the same height', () => {
    const rows = (id: string) => column(layout, id).cells.map(({ y, h }) => [y, h]);
    expect(rows('dense_12')).toEqual(rows('softmax_13'));
  });

  it('leaves room for kernels under convolutions only', () => {
    const withKernels = layout.columns.filter(({ kernelBox }) => kernelBox);
    expect(withKernels.map(({ op }) => op)).toEqual(['conv', 'conv', 'conv', 'conv']);
  });

  it('groups what happens to each channel by itself', () => {
    expect(layout.groups.map(({ columns }) => columns.length)).toEqual([2, 2, 3, 2, 4, 1, 1]);
  });

  it('is the same every time', () => {
    expect(makeLayout(TINY_VGG, { width: 1440, height: 770 })).toEqual(layout);
  });
});

describe('lenet-5', () => {
  it('shows all sixteen maps on one screen of 1440 px', () => {
    const layout = makeLayout(LENET, { width: 1440, height: 770 });
    expect(column(layout, 'conv_4')).toMatchObject({ shown: 16, total: 16, row: 0 });
    expect(column(layout, 'dense_8')).toMatchObject({ kind: 'cells', shown: 120 });
    expect(layout.height).toBeLessThanOrEqual(770);
    expect(faults(layout)).toEqual([]);
  });
});

describe('a resnet18', () => {
  it('wraps into rows with at least six maps a column, and says how many there are', () => {
    const layout = makeLayout(RESNET18, { width: 1440, height: 770 });
    expect(layout.mapSize).toBeGreaterThanOrEqual(36);
    expect(Math.max(...layout.columns.map(({ row }) => row))).toBeGreaterThan(0);
    const { shown, total } = column(layout, RESNET18[50]?.id as string);
    expect(total).toBe(512);
    expect(shown).toBeGreaterThanOrEqual(6);
    expect(faults(layout)).toEqual([]);
  });

  it('shows every channel when asked, without overlap', () => {
    const layout = makeLayout(RESNET18, { width: 1440, height: 770, density: 'all' });
    expect(layout.columns.every(({ shown, total }) => shown === total)).toBe(true);
    expect(faults(layout)).toEqual([]);
  });
});

describe('a narrow screen', () => {
  const layout = makeLayout(TINY_VGG, { width: 390, height: 700 });

  it('runs from top to bottom, one node a band, nothing wider than the screen', () => {
    expect(layout.mode).toBe('column');
    expect(layout.width).toBe(390);
    expect(layout.columns.map(({ row }) => row)).toEqual(layout.columns.map((_, i) => i));
    expect(faults(layout)).toEqual([]);
  });

  it('shows all ten maps, each a target of at least 44 px', () => {
    const { cells, shown } = column(layout, 'conv_1');
    expect(shown).toBe(10);
    expect(Math.min(...cells.map(({ w, h }) => Math.min(w, h)))).toBeGreaterThanOrEqual(44);
  });

  it('keeps class rows tall enough to be pressed', () => {
    expect(column(layout, 'softmax_13').cells.every(({ h }) => h >= 24)).toBe(true);
  });

  it.each([320, 360, 639])('of %i px holds every network', (width) => {
    for (const nodes of [TINY_VGG, LENET, RESNET18]) {
      expect(faults(makeLayout(nodes, { width, height: 700 }))).toEqual([]);
    }
  });
});

describe('options', () => {
  it('put the strongest channels first', () => {
    const order = (id: string) => (id === 'conv_1' ? [7, 2, 9, 0, 1, 3, 4, 5, 6, 8] : undefined);
    const layout = makeLayout(TINY_VGG, { width: 1440, height: 770, order });
    expect(
      column(layout, 'conv_1')
        .cells.slice(0, 3)
        .map(({ channel }) => channel),
    ).toEqual([7, 2, 9]);
    expect(column(layout, 'activation_2').cells[0]?.channel).toBe(0);
  });
});

describe('a depthwise convolution', () => {
  it('stands after a short gap, because it mixes no channels', () => {
    const depthwise = node('dw', 'conv', ['input_0'], [3, 8, 8], { mixes: false });
    const { columns } = makeLayout([...chain('input 3 8 8'), depthwise], {
      width: 900,
      height: 700,
    });
    expect(columns[2]?.group).toBe(columns[1]?.group);
  });
});

describe('hitTest', () => {
  const layout = makeLayout(TINY_VGG, { width: 1440, height: 770 });

  it('finds every cell at its middle', () => {
    for (const { id, cells } of layout.columns) {
      for (const { x, y, w, h, channel } of cells) {
        const hit = hitTest(layout, x + w / 2, y + h / 2);
        expect([hit?.column.id, hit?.cell.channel]).toEqual([id, channel]);
      }
    }
  });

  it('finds nothing in the gaps', () => {
    const { x, y } = column(layout, 'conv_1');
    expect(hitTest(layout, x - 12, y)).toBe(null);
  });
});

/** A network that nobody would build: any op after any other, sizes from 1 to 600. */
function anyNetwork(random: () => number): LayoutNode[] {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const size = () => pick([1, 2, 3, 7, 16, 17, 33, 64, 600]);
  const lines = [`input ${pick([1, 3])} ${size()} ${size()}`];
  for (let i = Math.floor(random() * 40); i > 0; i--) {
    const maps = ['conv', 'activation', 'pool', 'norm', 'dropout', 'add', 'concat', 'other'];
    const vector = [
      `dense ${size()}`,
      `activation ${size()}`,
      `flatten ${size() * 60}`,
      'other 3 5',
    ];
    const next = random() < 0.75 ? `${pick(maps)} ${size()} ${size()} ${size()}` : pick(vector);
    lines.push(next);
  }
  return chain(...lines, ...(random() < 0.7 ? ['dense 10', 'softmax 10'] : []));
}

describe('any network', () => {
  it.each(Array.from({ length: 60 }, (_, i) => i))(
    'of seed %i has no overlap and no lost box',
    (seed) => {
      const random = makeRandom(seed);
      const nodes = anyNetwork(random);
      const width = 320 + Math.floor(random() * 2240);
      const height = 300 + Math.floor(random() * 1200);
      const density = random() < 0.8 ? 'fit' : 'all';
      const layout = makeLayout(nodes, { width, height, density });
      expect(faults(layout)).toEqual([]);
      expect(layout.columns).toHaveLength(nodes.length + 1);
      for (const { cells, shown, total } of layout.columns) {
        expect(cells).toHaveLength(shown);
        expect(shown).toBeLessThanOrEqual(total);
      }
    },
  );
});
