// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Offset, RoomPlan } from '../../core/room';
import { ease, Slide } from './slide.svelte';

const column = (id: string, x: number) => ({ id, x, y: 0, w: 10, h: 10 });
const COLUMNS = [column('a', 0), column('b', 20)];
const planOf = (node: string, offsets: Record<string, number>): RoomPlan => {
  const moved = Object.entries(offsets).map(([id, x]): [string, Offset] => [id, { x, y: 0 }]);
  const box = { x: 0, y: 0, w: 1, h: 1 };
  return { node, box, seen: box, offsets: new Map(moved), width: 100, height: 100 };
};

let slide: Slide;
let seen: number[];
const goTo = (plan: RoomPlan | null, columns = COLUMNS, length_ms = 500) =>
  slide.goTo(plan, columns, { length_ms, onframe: (done) => seen.push(done) });
const at = (id: string) => slide.offset(id).x;

beforeEach(() => {
  vi.useFakeTimers();
  slide = new Slide();
  seen = [];
  goTo(null);
});
afterEach(() => {
  slide.stop();
  vi.useRealTimers();
});

describe('columns that make way', () => {
  it('stand in the layout while no room is open, and nothing runs', () => {
    expect([at('a'), at('b'), slide.openness, vi.getTimerCount()]).toEqual([0, 0, 0, 0]);
  });

  it('arrive after the time that a move takes, and then nothing runs', () => {
    goTo(planOf('b', { b: 100 }));
    expect(at('b')).toBe(0);
    vi.advanceTimersByTime(256);
    expect(at('b')).toBeGreaterThan(30);
    expect(at('b')).toBeLessThan(70);
    vi.advanceTimersByTime(272);
    expect([at('a'), at('b'), slide.openness, slide.isMoving]).toEqual([0, 100, 1, false]);
    expect([seen.at(-1), vi.getTimerCount()]).toEqual([1, 0]);
  });

  it('turn around on the way, without a jump', () => {
    goTo(planOf('b', { b: 100 }));
    vi.advanceTimersByTime(256);
    const before = at('b');
    goTo(null);
    expect(at('b')).toBeCloseTo(before, 9);
    vi.advanceTimersByTime(600);
    expect([at('b'), slide.openness]).toEqual([0, 0]);
  });

  it('are there at once where motion is not wanted', () => {
    goTo(planOf('b', { b: 100 }), COLUMNS, 0);
    expect([at('b'), slide.openness, vi.getTimerCount()]).toEqual([100, 1, 0]);
  });

  it('start from where they are seen when the layout places them elsewhere meanwhile', () => {
    goTo(planOf('b', { b: 100 }));
    goTo(planOf('b', { b: 80 }), [column('a', 0), column('b', 50)]);
    expect(50 + at('b')).toBe(20);
    vi.advanceTimersByTime(600);
    expect(at('b')).toBe(80);
  });

  it('do not move because a window changes its size', () => {
    goTo(null, [column('a', 0), column('b', 60)]);
    expect([at('b'), slide.isMoving]).toEqual([0, false]);
  });

  it('are in place at once on a page that is opened with a room', () => {
    slide = new Slide();
    goTo(planOf('b', { b: 100 }));
    expect([at('b'), slide.isMoving]).toEqual([100, false]);
  });
});

describe('ease', () => {
  it('begins and ends slowly, half way in half the time', () => {
    expect([ease(0), ease(0.5), ease(1)]).toEqual([0, 0.5, 1]);
    expect(ease(0.1)).toBeLessThan(0.1);
    expect(ease(0.9)).toBeGreaterThan(0.9);
  });
});
