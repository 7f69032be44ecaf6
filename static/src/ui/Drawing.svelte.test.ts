// @vitest-environment happy-dom
import { flushSync, mount, unmount } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { recordCanvases, type Recorder } from '../../tests/canvas';
import { patchOf } from '../draw/patch';
import Drawing from './Drawing.svelte';

const REST_MS = 500;
const view = { k: 1, x: 0, y: 0, width: 640, height: 640, ratio: 1 };
const patch = patchOf([{ x: 100, y: 100, w: 50, h: 50 }], view);
let recorderOf: (canvas: HTMLCanvasElement) => Recorder;

beforeEach(() => {
  vi.useFakeTimers();
  recorderOf = recordCanvases();
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
  document.body.replaceChildren();
});

function show() {
  const props = $state({ patch, isAway: false, colour: 'red' });
  const draw = vi.fn((context: CanvasRenderingContext2D) => {
    context.fillStyle = props.colour;
  });
  const view = mount(Drawing, {
    target: document.body,
    props: {
      get patch() {
        return props.patch;
      },
      get isAway() {
        return props.isAway;
      },
      draw,
    },
  });
  flushSync();
  const [live, still] = document.body.querySelectorAll('canvas') as unknown as [
    HTMLCanvasElement,
    HTMLCanvasElement,
  ];
  const seen = () => [live, still].map((each) => !each.classList.contains('away'));
  const pass = (ms: number) => {
    vi.advanceTimersByTime(ms);
    flushSync();
  };
  return { props, draw, view, live, still, seen, pass };
}

it('is a picture once it rests, and a canvas again when it changes', () => {
  const { props, draw, live, still, seen, pass } = show();
  expect(seen()).toEqual([true, false]);
  pass(REST_MS - 1);
  expect(seen()).toEqual([true, false]);
  pass(1);
  expect(seen()).toEqual([false, true]);
  expect(still.style.cssText).toBe(live.style.cssText);
  expect(recorderOf(still).calls('transferFromImageBitmap')).toHaveLength(1);
  props.colour = 'blue';
  flushSync();
  expect(draw).toHaveBeenCalledTimes(2);
  expect(seen()).toEqual([true, false]);
});

it('does not rest while it goes on changing', () => {
  const { props, still, seen, pass } = show();
  for (let n = 0; n < 40; n++) {
    props.colour = `#${n + 100}`;
    pass(50);
    expect(seen()).toEqual([true, false]);
  }
  expect(recorderOf(still).calls('transferFromImageBitmap')).toHaveLength(0);
});

it('keeps no picture of what is empty by now', () => {
  const { props, still, pass } = show();
  pass(REST_MS);
  props.patch = patchOf([], view);
  flushSync();
  pass(REST_MS);
  expect(recorderOf(still).calls('transferFromImageBitmap').at(-1)).toEqual([null]);
  expect(still.style.width).toBe('0px');
});

it('is not drawn while it is away, and not seen', () => {
  const { props, draw, still, seen, pass } = show();
  props.isAway = true;
  flushSync();
  props.colour = 'blue';
  props.patch = patchOf([], view);
  pass(REST_MS);
  expect(seen()).toEqual([false, false]);
  expect(draw).toHaveBeenCalledTimes(1);
  // What it shows was not drawn for where it would lie now.
  expect(recorderOf(still).calls('transferFromImageBitmap')).toEqual([]);
  props.isAway = false;
  flushSync();
  expect(draw).toHaveBeenCalledTimes(2);
  expect(seen()).toEqual([true, false]);
});

it('waits for nothing once its view is gone', () => {
  const { view } = show();
  void unmount(view);
  expect(vi.getTimerCount()).toBe(0);
});
