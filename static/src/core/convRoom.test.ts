import { describe, expect, it } from 'vitest';
import { planConvolution, type ConvSizes } from './convRoom';
import { cellUnder, ringBoxes, windowBoxes, type ConvScene } from './convWindow';
import type { Box } from './layout';
import type { WindowGeometry } from './types';

const room = { x: 100, y: 50, w: 440, h: 580 };
const sourcesOf = (count: number, across = 1, at = { x: 40, y: 90 }) =>
  Array.from({ length: count }, (_, i) => ({
    ...{ channel: 10 + i, w: 40, h: 40 },
    ...{ x: at.x + (i % across) * 44, y: at.y + Math.floor(i / across) * 44 },
  }));
const inRows: ConvSizes = {
  ...{ mode: 'rows', room, sources: sourcesOf(10) },
  ...{ kernel: { rows: 3, columns: 3 }, out: { height: 60, width: 60 } },
};
const inBands: ConvSizes = {
  ...{ ...inRows, mode: 'column', room: { x: 16, y: 200, w: 358, h: 520 } },
  sources: sourcesOf(10, 5, { x: 16, y: 90 }),
};
const both: [string, ConvSizes][] = [
  ['beside each other', inRows],
  ['below each other', inBands],
];
const isInside = (box: Box, around: Box) =>
  box.x >= around.x &&
  box.y >= around.y &&
  box.x + box.w <= around.x + around.w &&
  box.y + box.h <= around.y + around.h;
const overlap = (a: Box, b: Box) =>
  a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;

describe('planConvolution', () => {
  it('gives every source its own kernel and product where two stand beside each other', () => {
    const { rows } = planConvolution({ ...inRows, sources: sourcesOf(10, 2) });
    const pairs = rows.flatMap((a, i) => rows.slice(i + 1).map((b) => [a, b] as const));
    expect(pairs.filter(([a, b]) => overlap(a.product, b.product))).toEqual([]);
    expect(pairs.filter(([a, b]) => overlap(a.kernel, b.kernel))).toEqual([]);
  });

  it.each(both)('has a row for every source, in its order: %s', (_name, sizes) => {
    const { rows } = planConvolution(sizes);
    expect(rows.map(({ channel }) => channel)).toEqual(sizes.sources.map(({ channel }) => channel));
  });

  it.each(both)('keeps everything in the room: %s', (_name, sizes) => {
    const { rows, sum, output, detail, foot } = planConvolution(sizes);
    const parts = [
      ...rows.flatMap(({ kernel, product }) => [kernel, product]),
      sum,
      output,
      detail,
    ];
    expect(parts.filter((box) => !isInside(box, sizes.room))).toEqual([]);
    expect(parts.filter((box) => overlap(box, foot))).toEqual([]);
  });

  it.each(both)('lays nothing on anything else: %s', (_name, sizes) => {
    const { rows, sum, output, detail } = planConvolution(sizes);
    const parts = [
      ...rows.flatMap(({ kernel, product }) => [kernel, product]),
      sum,
      output,
      detail,
    ];
    const hits = parts.filter((box, i) => parts.slice(i + 1).some((other) => overlap(box, other)));
    expect(hits).toEqual([]);
  });

  it('leaves a kernel of nine weights room for its numbers', () => {
    expect(planConvolution(inRows).detail.w / 3).toBeGreaterThanOrEqual(34);
  });

  it('keeps the proportions of maps that are not square', () => {
    const { output, rows } = planConvolution({ ...inRows, out: { height: 20, width: 40 } });
    expect([output, rows[0]?.product].map((box) => (box?.w ?? 0) / (box?.h ?? 1))).toEqual([2, 2]);
  });
});

const geometry = (more: Partial<WindowGeometry> = {}): WindowGeometry => ({
  ...{ kind: 'window', kernel: [3, 3], stride: [1, 1], dilation: [1, 1], mixes: true },
  padding: [
    [0, 0],
    [0, 0],
  ],
  ...more,
});
const PADDED = geometry({
  padding: [
    [1, 1],
    [1, 1],
  ],
});
const scene = (given: WindowGeometry, input = 20, out = 18): ConvScene => ({
  plan: planConvolution({ ...inRows, out: { height: out, width: out } }),
  ...{ geometry: given, input: { height: input, width: input }, out: { height: out, width: out } },
  target: { x: 600, y: 90, w: 40, h: 40 },
});

describe('the window', () => {
  it('has the size of the kernel on every source, and one cell on everything made', () => {
    const { windows, taps, cells } = windowBoxes(scene(geometry()), { y: 4, x: 6 });
    expect(windows).toHaveLength(10);
    expect(windows[0]).toEqual({ x: 40 + 6 * 2, y: 90 + 4 * 2, w: 6, h: 6 });
    expect(taps).toEqual([]);
    // Ten products, the large output and the map in its column.
    expect(cells).toHaveLength(12);
    expect(cells.at(-1)?.x).toBeCloseTo(600 + (6 * 40) / 18);
  });

  it('goes by the stride and reaches into the padding', () => {
    const far = { ...PADDED, stride: [2, 2] };
    const at = (x: number) => windowBoxes(scene(far, 20, 10), { y: 0, x }).windows[0];
    expect(at(0)).toEqual({ x: 38, y: 88, w: 6, h: 6 });
    expect(at(3)?.x).toBe(38 + 3 * 4);
  });

  it('shows the cells between which a dilated kernel leaves others out', () => {
    const { windows, taps } = windowBoxes(scene(geometry({ dilation: [2, 2] }), 20, 16), {
      ...{ y: 0, x: 0 },
    });
    expect(windows[0]).toEqual({ x: 40, y: 90, w: 10, h: 10 });
    expect(taps.slice(0, 3).map(({ x, w }) => [x, w])).toEqual([
      [40, 2],
      [44, 2],
      [48, 2],
    ]);
    expect(taps).toHaveLength(90);
  });

  it('has a ring where there is padding', () => {
    expect(ringBoxes(scene(geometry()))).toEqual([]);
    expect(ringBoxes(scene(PADDED, 20, 20))[0]).toEqual({ x: 38, y: 88, w: 44, h: 44 });
  });
});

describe('cellUnder', () => {
  const given = scene(geometry());

  it('finds the cell on the output, its column and the products', () => {
    const { cells } = windowBoxes(given, { y: 9, x: 13 });
    for (const { x, y, w, h } of cells) {
      expect(cellUnder(given, x + w / 2, y + h / 2)).toEqual({ y: 9, x: 13 });
    }
  });

  it('finds the cell whose window lies around a cell of a source', () => {
    const { windows } = windowBoxes(given, { y: 9, x: 13 });
    for (const { x, y, w, h } of windows) {
      expect(cellUnder(given, x + w / 2, y + h / 2)).toEqual({ y: 9, x: 13 });
    }
  });

  it('is nothing beside the maps', () => {
    expect(cellUnder(given, 0, 0)).toBeNull();
  });
});
