import { describe, expect, it } from 'vitest';
import { asked, chartOf, dashOf, movedCursor, wholeSpan, zoomed } from './chart';
import { CurveMemory } from './curves';
import type { Flag, Series, Span } from './series';

const run = (id: string, y: readonly number[], more: Partial<Series> = {}): Series => ({
  id,
  name: id,
  colour: `colour ${id}`,
  dash: Number(id) - 1,
  x: Float64Array.from(y, (_, i) => i + 1),
  y: Float64Array.from(y),
  dots: [],
  ...more,
});
const ask = { span: null, smoothing: 0, yScale: 'linear', columns: 400, ticks: 5 } as const;
const flag = (step: number): Flag => ({ step, kind: 'change', text: '' });

describe('the picture of a chart', () => {
  it('goes from the beginning to the last step of all runs', () => {
    expect(wholeSpan([run('1', [1, 2, 3]), run('2', [1, 2, 3, 4, 5])])).toEqual([0, 5]);
    expect(wholeSpan([run('1', [1], { dots: [{ x: 9, y: 1 }] })])).toEqual([0, 9]);
    expect(wholeSpan([])).toEqual([0, 1]);
  });

  it('has a raw line, and with smoothing a faint one below a bold one', () => {
    const plain = chartOf(new CurveMemory(), [run('1', [3, 2, 1])], [], ask);
    expect(plain.lines.map(({ alpha, width }) => [alpha, width])).toEqual([[1, 1.5]]);
    const both = chartOf(new CurveMemory(), [run('1', [3, 2, 1])], [], { ...ask, smoothing: 0.5 });
    expect(both.lines.length).toBe(2);
    expect(both.lines[0]?.alpha).toBeLessThan(0.5);
    expect([...(both.lines[0]?.path.y ?? [])]).toEqual([3, 2, 1]);
    expect(both.lines[1]?.path.y[1]).toBeCloseTo((0.25 * 3 + 0.5 * 2) / 0.75, 12);
  });

  it('draws runs that belong together half as wide', () => {
    const thin = [run('1', [3, 2], { isThin: true }), run('2', [2, 1])];
    const plain = chartOf(new CurveMemory(), thin, [], ask).lines;
    expect(plain.map(({ colour, width }) => [colour, width])).toEqual([
      ['colour 2', 1.5],
      ['colour 1', 0.75],
    ]);
    const both = chartOf(new CurveMemory(), thin, [], { ...ask, smoothing: 0.5 }).lines;
    expect(both.map(({ width }) => width)).toEqual([1, 2, 0.5, 1]);
  });

  it('draws the open run over the others, solid, and each other one in a dash of its own', () => {
    const { lines } = chartOf(new CurveMemory(), [run('1', [1]), run('2', [2])], [], ask);
    expect(lines.map(({ colour }) => colour)).toEqual(['colour 2', 'colour 1']);
    expect(lines.map(({ dash }) => dash)).toEqual([dashOf(1), dashOf(0)]);
    expect(new Set([0, 1, 2, 3, 4, 5, 6].map((i) => dashOf(i).join())).size).toBe(7);
  });

  it('holds every value and every dot on its axis', () => {
    const { y } = chartOf(
      new CurveMemory(),
      [run('1', [0.4, 2.9]), run('2', [-0.6, 1], { dots: [{ x: 2, y: 7.5 }] })],
      [],
      ask,
    );
    expect([y.lo, y.hi]).toEqual([-2, 8]);
  });

  it('takes only what is shown', () => {
    const runs = [run('1', [9, 1, 2, 3, 99], { dots: [1, 3, 5].map((x) => ({ x, y: x })) })];
    const span: Span = [2, 4];
    const picture = chartOf(new CurveMemory(), runs, [flag(1), flag(3)], { ...ask, span });
    expect(picture.dots[0]?.at).toEqual([{ x: 3, y: 3 }]);
    expect(picture.flags).toEqual([flag(3)]);
    expect([picture.x.lo, picture.x.hi]).toEqual(span);
  });

  it('marks each step without a number once, also when it is smoothed', () => {
    const runs = [run('1', [1, NaN, 3])];
    const { breaks } = chartOf(new CurveMemory(), runs, [], { ...ask, smoothing: 0.9 });
    expect(breaks).toEqual([2]);
  });

  it('on a log scale leaves out what is not above zero', () => {
    const { y } = chartOf(new CurveMemory(), [run('1', [0, 0.03, 4])], [], {
      ...ask,
      yScale: 'log',
    });
    expect(y).toEqual({ lo: 0.02, hi: 5, isLog: true });
  });

  it('of shares always goes from 0 to 1', () => {
    const { y } = chartOf(new CurveMemory(), [run('1', [0.4])], [], { ...ask, yScale: 'share' });
    expect([y.lo, y.hi]).toEqual([0, 1]);
  });
});

describe('a zoom', () => {
  it('keeps the step under it in its place', () => {
    expect(zoomed([0, 100], null, 25, 0.5)).toEqual([12.5, 62.5]);
    expect(zoomed([0, 100], [20, 40], 30, 2)).toEqual([10, 50]);
  });

  it('ends where everything is shown', () => {
    expect(zoomed([0, 100], [10, 90], 50, 2)).toBeNull();
  });

  it('never leaves the steps there are, nor becomes narrower than two', () => {
    expect(zoomed([0, 100], null, 100, 0.5)).toEqual([50, 100]);
    expect(zoomed([0, 100], [50, 52], 51, 0.1)).toEqual([50, 52]);
  });
});

describe('keys on a chart', () => {
  const steps = Float64Array.from({ length: 1000 }, (_, i) => i + 1);
  const whole: Span = [0, 1000];
  const hand = { steps, cursor: 500, span: whole, whole, columns: 100 };
  const press = (key: string, shiftKey = false) => ({ key, shiftKey });

  it.each([
    ['ArrowRight', false, 510],
    ['ArrowLeft', false, 490],
    ['ArrowRight', true, 501],
    ['PageUp', false, 600],
    ['PageDown', false, 400],
    ['Home', false, 1],
    ['End', false, 1000],
  ])('%s (shift: %s) moves the cursor to %i', (key, shiftKey, step) => {
    expect(movedCursor(press(key, shiftKey), steps, hand)).toBe(step);
  });

  it('begin at the last step and stop at the ends', () => {
    expect(movedCursor(press('ArrowLeft'), steps, { ...hand, cursor: null })).toBe(990);
    expect(movedCursor(press('ArrowRight'), steps, { ...hand, cursor: 1000 })).toBe(1000);
    expect(movedCursor(press('Home'), steps, { ...hand, span: [200.5, 300] })).toBe(201);
    expect(movedCursor(press('End'), steps, { ...hand, span: [200.5, 300] })).toBe(300);
  });

  it('mean nothing without points', () => {
    expect(movedCursor(press('ArrowLeft'), new Float64Array(0), hand)).toBeNull();
  });

  it('zoom about the cursor and take the zoom back', () => {
    expect(asked(press('+'), hand)).toEqual({ span: [250, 750] });
    expect(asked(press('-'), { ...hand, span: [400, 600] })).toEqual({ span: [300, 700] });
    expect(asked(press('0'), hand)).toEqual({ span: null });
  });

  it('Escape takes back the zoom, then the cursor, then is left to others', () => {
    expect(asked(press('Escape'), { ...hand, span: [400, 600] })).toEqual({ span: null });
    expect(asked(press('Escape'), hand)).toEqual({ cursor: null });
    expect(asked(press('Escape'), { ...hand, cursor: null })).toBeNull();
  });

  it('leave all others alone', () => {
    for (const key of [' ', '.', 'Tab', 'Enter', 'a']) expect(asked(press(key), hand)).toBeNull();
  });
});
