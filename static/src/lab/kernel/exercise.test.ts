import { describe, expect, it } from 'vitest';
import {
  exerciseOf,
  resizedInput,
  resizedKernel,
  termsOf,
  turnedOutput,
  unread,
  windowAt,
  windowOf,
} from './exercise';
import { decodeSettings } from '../../core/settings';
import { KERNEL_TABLE, KERNELS, type KernelSettings } from './settings';

const settings = (part: Partial<KernelSettings> = {}): KernelSettings => ({
  ...decodeSettings(KERNEL_TABLE, null),
  ...part,
});
const sizeOf = (part: Partial<KernelSettings>) => exerciseOf(settings(part)).output.height;

describe('an exercise', () => {
  it('gives 2 for 4 cells, padding 1, kernel 3 and stride 2, which leaves a cell unread', () => {
    const { axes, output } = exerciseOf(settings({ n: 4, p: [1, 1, 1, 1], s: 2 }));
    expect([output.height, output.width, unread(4, axes[0])]).toEqual([2, 2, 1]);
  });

  it('has no output where the kernel is larger than what is there', () => {
    expect([sizeOf({ n: 2, k: 3 }), sizeOf({ n: 4, k: 3, d: 2 })]).toEqual([0, 0]);
    expect(sizeOf({ n: 3, k: 4, w: [] })).toBe(0);
  });

  it('adds the products of a window up to its output, in the padding too', () => {
    const exercise = exerciseOf(settings({ pat: 'noise', p: [1, 0, 1, 2], s: 2, d: 2, n: 9 }));
    const { output } = exercise;
    for (let i = 0; i < output.data.length; i++) {
      const cell = { y: Math.floor(i / output.width), x: i % output.width };
      const total = termsOf(exercise, cell).reduce(
        (sum, { value, weight }) => sum + value * weight,
        0,
      );
      expect(total).toBeCloseTo(output.data[i] as number, 9);
    }
  });

  it('changes its sign when a Sobel kernel is turned, and nothing when a symmetric one is', () => {
    for (const [name, sign] of [
      ['sobelX', -1],
      ['sobelY', -1],
      ['laplacian', 1],
      ['blur', 1],
    ] as const) {
      const exercise = exerciseOf(settings({ pat: 'noise', w: KERNELS[name] }));
      const plain = Array.from(exercise.output.data, (value) => sign * value || 0);
      Array.from(turnedOutput(exercise).data).forEach((value, i) =>
        expect(value).toBeCloseTo(plain[i] as number, 9),
      );
    }
  });
});

describe('the window', () => {
  it('reaches into the padding and leaves holes where it is dilated', () => {
    const { axes } = exerciseOf(settings({ p: [1, 1, 1, 1], d: 2, k: 2, w: [1, 1, 1, 1] }));
    const { box, cells } = windowOf(axes, { y: 0, x: 1 });
    expect(box).toEqual({ y: -1, x: 0, h: 3, w: 3 });
    expect(cells).toEqual([
      { y: -1, x: 0 },
      { y: -1, x: 2 },
      { y: 1, x: 0 },
      { y: 1, x: 2 },
    ]);
  });

  it('is placed round the cell that is pointed at, and inside at the ends', () => {
    const exercise = exerciseOf(settings({ n: 7, s: 2 }));
    expect(windowAt(exercise, { y: 3, x: 3 })).toEqual({ y: 1, x: 1 });
    expect(windowAt(exercise, { y: 0, x: 6 })).toEqual({ y: 0, x: 2 });
  });
});

describe('another size', () => {
  it('keeps what was typed into the input', () => {
    const typed = settings({ n: 2, pat: 'flat', x: [1, 2, 4, 5] });
    expect(resizedInput(typed, 3).x).toEqual([1, 2, 3, 4, 5, 3, 3, 3, 3]);
    expect(resizedInput(typed, 1).x).toEqual([1]);
  });

  it('keeps the middle of the kernel', () => {
    expect(resizedKernel(settings({ w: KERNELS.sharpen }), 1)).toEqual({ k: 1, w: [5] });
    const five = resizedKernel(settings({ w: KERNELS.sharpen }), 5).w ?? [];
    expect([five[12], five[7], five[0], five.length]).toEqual([5, -1, 0, 25]);
    expect(resizedKernel(settings(five.length ? { k: 5, w: five } : {}), 3).w).toEqual([
      ...KERNELS.sharpen,
    ]);
  });
});
