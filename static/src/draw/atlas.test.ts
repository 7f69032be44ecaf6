// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { pixelsOf, recordCanvases, type Recorder } from '../../tests/canvas';
import { makeRandom } from '../../tests/random';
import { atlasPlace, makeAtlas, paintAtlas } from './atlas';

let recorderOf: (canvas: HTMLCanvasElement) => Recorder;

beforeEach(() => {
  recorderOf = recordCanvases();
});
afterEach(() => vi.restoreAllMocks());

const random = makeRandom(7);
const upTo = (most: number) => 1 + Math.floor(random() * most);
const STACKS = [
  { count: 64, height: 112, width: 112 },
  { count: 25_088, height: 1, width: 1 },
  { count: 512, height: 49, width: 1 },
  { count: 1, height: 1, width: 9000 },
  ...Array.from({ length: 20 }, () => ({ count: upTo(40), height: upTo(9), width: upTo(9) })),
];

describe('makeAtlas', () => {
  it.each(STACKS)('has one place for each of $count maps of $height x $width', (stack) => {
    const atlas = makeAtlas(stack);
    const places = Array.from({ length: stack.count }, (_, channel) => atlasPlace(atlas, channel));
    expect(new Set(places.map(String)).size).toBe(stack.count);
    const { width, height } = atlas.canvas;
    const isOutside = ([x, y]: [number, number]) =>
      x % stack.width !== 0 ||
      y % stack.height !== 0 ||
      x + stack.width > width ||
      y + stack.height > height;
    expect(places.filter(isOutside)).toEqual([]);
  });

  it('stays below the size that browsers can draw', () => {
    for (const stack of STACKS.slice(0, 3)) {
      const { width, height } = makeAtlas(stack).canvas;
      expect(Math.max(width, height)).toBeLessThanOrEqual(8192);
    }
  });
});

describe('paintAtlas', () => {
  const stack = { count: 5, height: 2, width: 3 };
  const bytes = Uint8Array.from({ length: 30 }, (_, i) => i * 8);
  /** Says which map and which byte a pixel was. */
  const colours = (channel: number) =>
    Uint32Array.from({ length: 256 }, (_, byte) => (channel + 1) * 1000 + byte);

  function paint(channels: number[]) {
    const atlas = makeAtlas(stack);
    paintAtlas(atlas, bytes, channels, colours);
    const pixels = pixelsOf(recorderOf(atlas.canvas));
    return (channel: number, y: number, x: number) => {
      const [left, top] = atlasPlace(atlas, channel);
      return pixels[(top + y) * atlas.canvas.width + left + x];
    };
  }

  it('colours every cell of every map by its own byte and its own table', () => {
    const at = paint([0, 1, 2, 3, 4]);
    for (let i = 0; i < bytes.length; i++) {
      const [channel, y, x] = [Math.floor(i / 6), Math.floor(i / 3) % 2, i % 3];
      expect(at(channel, y, x)).toBe((channel + 1) * 1000 + i * 8);
    }
  });

  it('paints no map that is not asked for', () => {
    const at = paint([3]);
    expect([at(3, 0, 0), at(2, 1, 2), at(4, 0, 0)]).toEqual([4000 + 18 * 8, 0, 0]);
  });
});
