import { describe, expect, it } from 'vitest';
import { NODES } from '../../tests/network';
import type { NodeInfo } from './types';
import { makeLayout, PICTURE, type Box, type Layout } from './layout';
import { movedBox, planRoom, union, type RoomPlan } from './room';

const SIZE = { width: 400, least: 420, band: 300 };
const layoutOf = (width: number, height = 700) => makeLayout(NODES, { width, height });
const boxOf = (layout: Layout, id: string) =>
  layout.columns.find((column) => column.id === id) as Layout['columns'][number];

/** Where every column stands once it has made way. */
function placed(layout: Layout, plan: RoomPlan): (Box & { id: string })[] {
  return layout.columns.map((column) => {
    const moved = movedBox(column, plan.offsets.get(column.id) ?? { x: 0, y: 0 });
    return { id: column.id, ...{ x: moved.x, y: moved.y, w: moved.w, h: moved.h } };
  });
}

const overlap = (a: Box, b: Box) =>
  a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;

const cases = [1440, 1000, 700, 390].flatMap((width) =>
  NODES.filter(({ op }) => op !== 'input').map(
    ({ id, inputs }) => [width, id, inputs[0] as string] as const,
  ),
);

describe('planRoom', () => {
  it.each(cases)('at %i px, for %s, overlaps no column', (width, id, source) => {
    const layout = layoutOf(width);
    const plan = planRoom(layout, id, source, SIZE) as RoomPlan;
    const hit = placed(layout, plan).filter((box) => overlap(box, plan.box));
    expect(hit.map((box) => box.id)).toEqual([]);
  });

  it.each(cases)('at %i px, for %s, lies between its source and the node', (width, id, source) => {
    const layout = layoutOf(width);
    const plan = planRoom(layout, id, source, SIZE) as RoomPlan;
    const boxes = new Map(placed(layout, plan).map((box) => [box.id, box]));
    const [from, to] = [boxes.get(source) as Box, boxes.get(id) as Box];
    if (layout.mode === 'rows') {
      expect(from.x + from.w).toBeLessThanOrEqual(plan.box.x);
      expect(plan.box.x + plan.box.w).toBeLessThanOrEqual(to.x);
    } else {
      expect(from.y + from.h).toBeLessThanOrEqual(plan.box.y);
      expect(plan.box.y + plan.box.h).toBeLessThanOrEqual(to.y);
    }
    expect(union([from, to, plan.box])).toEqual(plan.seen);
  });

  it.each(cases)('at %i px, for %s, keeps everything in its world', (width, id, source) => {
    const layout = layoutOf(width);
    const plan = planRoom(layout, id, source, SIZE) as RoomPlan;
    const whole = union([plan.box, ...placed(layout, plan)]);
    expect(Math.min(whole.x, whole.y)).toBeGreaterThanOrEqual(0);
    expect(whole.x + whole.w).toBeLessThanOrEqual(plan.width);
    expect(whole.y + whole.h).toBeLessThanOrEqual(plan.height);
  });

  it('moves only what comes after it in its row', () => {
    const plan = planRoom(layoutOf(1440), 'relu', 'conv', SIZE) as RoomPlan;
    const moved = [...plan.offsets.keys()];
    expect(moved).toEqual(['relu', 'pool', 'flat', 'dense', 'softmax']);
    expect(new Set([...plan.offsets.values()].map(({ y }) => y))).toEqual(new Set([0]));
  });

  it('brings a source from elsewhere to its side', () => {
    const layout = layoutOf(1440);
    const plan = planRoom(layout, 'pool', 'conv', SIZE) as RoomPlan;
    const offset = plan.offsets.get('conv');
    const from = boxOf(layout, 'conv');
    expect(from.x + (offset?.x ?? 0) + from.w).toBeLessThanOrEqual(plan.box.x);
    expect(from.x + (offset?.x ?? 0)).toBeGreaterThan(boxOf(layout, 'relu').x);
  });

  it('leaves several sources where they are', () => {
    const plan = planRoom(layoutOf(1440), 'pool', null, SIZE) as RoomPlan;
    expect([...plan.offsets.keys()]).toEqual(['pool', 'flat', 'dense', 'softmax']);
  });

  it('is as tall as it needs to be, and rows below make way', () => {
    const [input, conv] = NODES as [NodeInfo, NodeInfo];
    const many = Array.from({ length: 30 }, (_, i) => {
      return { ...conv, id: `conv${i || ''}`, inputs: [i < 2 ? 'conv' : `conv${i - 1}`] };
    });
    const layout = makeLayout([input, ...many], { width: 700, height: 400 });
    const last = layout.columns.at(-1) as Layout['columns'][number];
    expect(last.row).toBeGreaterThan(0);
    const plan = planRoom(layout, 'conv', 'input', { ...SIZE, least: 900 }) as RoomPlan;
    expect(plan.box.h).toBe(900);
    expect(plan.offsets.get(last.id)?.y).toBeGreaterThan(0);
  });

  it('is nothing for what has no column', () => {
    expect(planRoom(layoutOf(1440), 'nowhere', null, SIZE)).toBeNull();
  });

  it('can open before the very first node', () => {
    const plan = planRoom(layoutOf(1440), 'input', PICTURE, SIZE) as RoomPlan;
    expect(plan.offsets.get(PICTURE)).toBeUndefined();
  });
});
