import { describe, expect, it } from 'vitest';
import { valueColour } from '../core/colour';
import { greyPixels, palettePixels } from './pixels';

describe('pixels', () => {
  it('are as bright as their bytes', () => {
    expect([...greyPixels([0, 128, 255])]).toEqual([
      0, 0, 0, 255, 128, 128, 128, 255, 255, 255, 255, 255,
    ]);
  });

  it('have the colours of their values', () => {
    const words = new Uint32Array(palettePixels([0, 0.3, 2], 'cividis', [0, 1], 'dark').buffer);
    expect([...words]).toEqual([0, 0.3, 1].map((v) => valueColour('cividis', v, [0, 1], 'dark')));
  });
});
