import { describe, expect, it } from 'vitest';
import { makeRandom } from '../../tests/random';
import { patchOf } from './patch';
import type { View } from './scene';

const view: View = { k: 2, x: 100, y: -40, width: 1000, height: 700, ratio: 1 };
const box = (x: number, y: number) => ({ x, y, w: 10, h: 20 });
const random = makeRandom(3);

describe('a patch', () => {
  it('holds every box that is in view, with its stroke', () => {
    for (let n = 0; n < 50; n++) {
      const boxes = [box(400 * random(), 300 * random()), box(400 * random(), 300 * random())];
      const { view: own } = patchOf(boxes, view);
      for (const { x, y, w, h } of boxes) {
        expect(Math.max(0, x * view.k + view.x - 2) - view.x).toBeGreaterThanOrEqual(-own.x);
        expect(x * own.k + own.x + w * own.k).toBeLessThanOrEqual(own.width);
        expect(Math.max(0, y * view.k + view.y - 2) - view.y).toBeGreaterThanOrEqual(-own.y);
        expect(y * own.k + own.y + h * own.k).toBeLessThanOrEqual(own.height);
      }
    }
  });

  it('shows the world where the whole view shows it', () => {
    const { view: own, left, top } = patchOf([box(100, 200)], view);
    expect([own.x + left, own.y + top, own.k]).toEqual([view.x, view.y, view.k]);
  });

  it('stays inside of the view, and is nothing outside of it', () => {
    const { view: own, left, top } = patchOf([box(-500, -500), box(5000, 5000)], view);
    expect([left, top, own.width, own.height]).toEqual([0, 0, view.width, view.height]);
    expect(patchOf([box(5000, 200)], view).view.width).toBe(0);
    expect(patchOf([box(-5000, 200)], view).view.width).toBe(0);
    expect(patchOf([], view).view).toMatchObject({ width: 0, height: 0 });
  });

  it('is the same for boxes that move a little', () => {
    expect(patchOf([box(101, 200)], view)).toEqual(patchOf([box(102, 201)], view));
  });
});
