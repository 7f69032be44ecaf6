// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Offset, RoomPlan } from '../../core/room';
import { ease, shifted, Slide, type Camera } from './slide.svelte';

const column = (id: string, x: number) => ({ id, x, y: 0, w: 10, h: 10 });
const COLUMNS = [column('a', 0), column('b', 20)];
const planOf = (node: string, offsets: Record<string, number>): RoomPlan => {
  const moved = Object.entries(offsets).map(([id, x]): [string, Offset] => [id, { x, y: 0 }]);
  const box = { x: 0, y: 0, w: 1, h: 1 };
  return { node, box, seen: box, offsets: new Map(moved), width: 100, height: 100 };
};

/** An animation of the browser, whose time is set by hand. */
interface Played {
  keyframes: PropertyIndexedKeyframes | null;
  duration: number;
  currentTime: number;
  startTime: number | null;
  isCancelled: boolean;
  onfinish: () => void;
}
let slide: Slide;
let camera: Camera;
let played: Played[];
const element = () => {
  const animate = (keyframes: Played['keyframes'], { duration }: { duration: number }) => {
    const one = { keyframes, duration, currentTime: 0, startTime: null, isCancelled: false };
    const cancel = () => Object.assign(animation, { isCancelled: true, currentTime: null });
    const animation = { ...one, onfinish: vi.fn(), cancel };
    played.push(animation);
    return animation;
  };
  return { animate } as unknown as HTMLElement;
};
const goTo = (plan: RoomPlan | null, columns = COLUMNS, length_ms = 500, aimed = camera) => {
  const aim = () => (camera = aimed);
  slide.goTo(plan, columns, { length_ms, camera: () => camera, aim, surface: element() });
};
/** The clock of the present move. */
const clock = () => slide.run?.clock as unknown as Played;
/** Where the move has brought the corner of a column's maps, px, when its clock shows a time. */
function seenAt(id: string, time_ms: number, { x } = COLUMNS[1] as { x: number }): number {
  const [from, to] = [slide.run?.from.get(id), slide.run?.to.get(id)] as [Camera, Camera];
  clock().currentTime = time_ms;
  const share = ease(time_ms / clock().duration);
  const at = (view: Camera) => x * view.k + view.x;
  return at(from) + (at(to) - at(from)) * share;
}
const at = (id: string) => slide.offset(id).x;

beforeEach(() => {
  slide = new Slide();
  camera = { k: 1, x: 0, y: 0 };
  played = [];
  goTo(null);
});
afterEach(() => slide.finish());

describe('columns that make way', () => {
  it('stand in the layout while no room is open, and nothing runs', () => {
    expect([at('a'), at('b'), slide.isOpen, slide.isMoving]).toEqual([0, 0, false, false]);
    expect(played).toEqual([]);
  });

  it('belong at once where the room wants them, and are moved there in the time of a move', () => {
    goTo(planOf('b', { b: 100 }));
    expect([at('a'), at('b'), slide.isOpen, slide.isMoving]).toEqual([0, 100, true, true]);
    expect(clock().duration).toBe(500);
    expect([0, 250, 500].map((time) => seenAt('b', time))).toEqual([20, 70, 120]);
    clock().onfinish();
    expect(slide.isMoving).toBe(false);
  });

  it('turn around on the way, without a jump', () => {
    goTo(planOf('b', { b: 100 }));
    const before = seenAt('b', 200);
    expect(before).toBeGreaterThan(40);
    expect(before).toBeLessThan(70);
    const first = clock();
    goTo(null);
    expect([first.isCancelled, clock().duration]).toEqual([true, 500]);
    expect(seenAt('b', 0)).toBeCloseTo(before, 9);
    expect(seenAt('b', 500)).toBe(20);
  });

  it('are there at once where motion is not wanted', () => {
    goTo(planOf('b', { b: 100 }), COLUMNS, 0);
    expect([at('b'), slide.isOpen, slide.isMoving]).toEqual([100, true, false]);
  });

  it('start from where they are seen when the layout places them elsewhere meanwhile', () => {
    goTo(planOf('b', { b: 100 }));
    const seen = seenAt('b', 200);
    const columns = [column('a', 0), column('b', 50)];
    goTo(planOf('b', { b: 80 }), columns);
    // What was left of the time, not the whole of it again.
    expect(clock().duration).toBe(300);
    expect(seenAt('b', 0, columns[1])).toBeCloseTo(seen, 9);
    expect(seenAt('b', 300, columns[1])).toBe(130);
  });

  it('start as large as they were seen when the layout makes them smaller', () => {
    goTo(planOf('b', { b: 100 }), [column('a', 0), { ...column('b', 12), w: 5, h: 5 }]);
    const [from, to] = [slide.run?.from.get('b'), slide.run?.to.get('b')] as [Camera, Camera];
    expect([12, 17].map((x) => x * from.k + from.x)).toEqual([20, 30]);
    expect([12, 17].map((x) => x * to.k + to.x)).toEqual([112, 117]);
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

  it('follow the view, which goes to where the room is seen', () => {
    goTo(planOf('b', { b: 100 }), COLUMNS, 500, { k: 2, x: -30, y: 0 });
    expect([0, 250, 500].map((time) => seenAt('b', time))).toEqual([20, 115, 210]);
    expect(slide.run?.to.get('b')).toEqual(shifted({ k: 2, x: -30, y: 0 }, { x: 100, y: 0 }));
  });
});

describe('what takes part in a move', () => {
  it('goes from where its column was seen to where it is, larger or smaller on the way', () => {
    goTo(planOf('b', { b: 100 }), COLUMNS, 500, { k: 2, x: -30, y: 0 });
    const stop = slide.carry('b')(element());
    const { keyframes, duration } = played.at(-1) as Played;
    // A point of the view, px, comes from where half of it and 85 to the left was.
    expect(keyframes).toEqual({ translate: ['-85px 0px', '0px 0px'], scale: [0.5, 1] });
    expect(20 * 2 + 170).toBe(210);
    expect(210 * 0.5 - 85).toBe(20);
    expect(duration).toBe(500);
    stop?.();
    expect(played.at(-1)?.isCancelled).toBe(true);
  });

  it('rests where its column does, and after the move', () => {
    goTo(planOf('b', { b: 100 }));
    const before = played.length;
    slide.carry('a')(element());
    clock().onfinish();
    slide.carry('b')(element());
    slide.fade(() => [0, 1])(element());
    expect(played.length).toBe(before);
  });

  it('is as far as the others though it joins late', () => {
    goTo(planOf('b', { b: 100 }));
    clock().startTime = 1234;
    slide.carry('b')(element());
    expect(played.at(-1)?.startTime).toBe(1234);
  });

  it('comes and goes by what opens and what closes', () => {
    const told = vi.fn(() => [0, 1]);
    goTo(planOf('b', { b: 100 }));
    slide.fade(told)(element());
    expect(told).toHaveBeenLastCalledWith(expect.objectContaining({ left: null, node: 'b' }));
    expect(played.at(-1)?.keyframes).toEqual({ opacity: [0, 1] });
    goTo(null);
    slide.fade(told)(element());
    expect(told).toHaveBeenLastCalledWith(expect.objectContaining({ left: 'b', node: null }));
  });
});

describe('ease', () => {
  it('begins and ends slowly, half way in half the time', () => {
    expect([ease(0), ease(0.5), ease(1)]).toEqual([0, 0.5, 1]);
    expect(ease(0.1)).toBeLessThan(0.1);
    expect(ease(0.9)).toBeGreaterThan(0.9);
  });
});
