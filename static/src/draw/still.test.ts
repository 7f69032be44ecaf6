// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { recordCanvases, type Recorder } from '../../tests/canvas';
import { drawStill, showImage } from './still';

let recorderOf: (canvas: HTMLCanvasElement) => Recorder;

beforeEach(() => {
  recorderOf = recordCanvases();
});
afterEach(() => void vi.restoreAllMocks());

it('shows what was drawn, with as many pixels as the screen has', () => {
  const canvas = document.createElement('canvas');
  const draw = vi.fn();
  drawStill(canvas, { width: 30, height: 20, ratio: 1.5 }, draw);
  expect(draw).toHaveBeenCalledOnce();
  expect([canvas.width, canvas.height]).toEqual([45, 30]);
  const shown = recorderOf(canvas).calls('transferFromImageBitmap');
  expect(shown).toEqual([[expect.objectContaining({ width: 45, height: 30 })]]);
});

it('is empty, and draws nothing, where it has no room', () => {
  const canvas = document.createElement('canvas');
  const draw = vi.fn();
  drawStill(canvas, { width: 0, height: 20, ratio: 1 }, draw);
  expect(draw).not.toHaveBeenCalled();
  expect(recorderOf(canvas).calls('transferFromImageBitmap')).toEqual([[null]]);
});

it('shows an image pixel by pixel', () => {
  const canvas = document.createElement('canvas');
  showImage(canvas, { width: 7, height: 5 } as ImageData);
  expect([canvas.width, canvas.height]).toEqual([7, 5]);
});
