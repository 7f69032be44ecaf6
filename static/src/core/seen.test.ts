import { describe, expect, it } from 'vitest';
import { toPixels } from './seen';

describe('the input as a picture', () => {
  it('undoes the normalisation of each channel', () => {
    const bytes = [10, 200, 30, 40, 250, 60];
    const norm = { mean: [0.5, 0.4, 0.3], std: [0.2, 0.25, 0.5] };
    const values = bytes.map((byte, i) => {
      const c = Math.floor(i / 2);
      return (byte / 255 - (norm.mean[c] as number)) / (norm.std[c] as number);
    });
    const pixels = toPixels((c, i) => values[c * 2 + i] as number, [3, 1, 2], norm);
    expect([...pixels]).toEqual([10, 30, 250, 255, 200, 40, 60, 255]);
  });

  it('shows one channel as grey', () => {
    const pixels = toPixels(() => 0.5, [1, 1, 1], { mean: [0], std: [1] });
    expect([...pixels]).toEqual([128, 128, 128, 255]);
  });
});
