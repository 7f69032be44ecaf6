import { describe, expect, it } from 'vitest';
import {
  brightness,
  bytesBehind,
  greyPlane,
  meanOf,
  normalised,
  pixelsOf,
  planesOf,
} from './planes';

const IMAGENET = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };

describe('a byte', () => {
  it('comes back from every value that a network can hold', () => {
    for (let byte = 0; byte < 256; byte++) {
      const values = IMAGENET.mean.map((mean, c) =>
        normalised(byte, mean, IMAGENET.std[c] as number),
      );
      const { data } = bytesBehind(Float32Array.from(values), [3, 1, 1], IMAGENET);
      expect([...data]).toEqual([byte, byte, byte]);
    }
  });
});

describe('grey', () => {
  it('is white for white, and mostly green', () => {
    expect(brightness(255, 255, 255)).toBeCloseTo(255, 9);
    expect(brightness(100, 0, 0)).toBeCloseTo(29.9, 9);
    expect(brightness(0, 100, 0)).toBeCloseTo(58.7, 9);
    expect(brightness(0, 0, 100)).toBeCloseTo(11.4, 9);
  });
});

describe('planes', () => {
  it('hold red, then green, then blue, and give the pixels back', () => {
    const rgba = [1, 2, 3, 255, 10, 20, 30, 255];
    const planes = planesOf(rgba, 1, 2);
    expect([...planes.data]).toEqual([1, 10, 2, 20, 3, 30]);
    expect([...pixelsOf(planes)]).toEqual(rgba);
    expect([...pixelsOf(planes, [true, false, true])]).toEqual([1, 0, 3, 255, 10, 0, 30, 255]);
    expect(greyPlane(planes).data[1]).toBeCloseTo(brightness(10, 20, 30), 9);
    expect(meanOf(planes.data)).toBe(11);
  });

  it('of a grey picture are one plane, three times', () => {
    const planes = { data: Float64Array.of(7), channels: 1, height: 1, width: 1 };
    expect([...pixelsOf(planes)]).toEqual([7, 7, 7, 255]);
    expect(greyPlane(planes).data[0]).toBeCloseTo(7, 9);
  });
});
