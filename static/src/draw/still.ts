/**
 * Pictures that stand. Without a GPU, a canvas with a "2d" context is copied whenever anything on the
 * page changes, even one that rests; a canvas that holds a finished picture is copied once.
 */
import type { View } from './scene';

/** Gives a canvas as many pixels as a view has on the screen, and tells how many. */
export function sizeTo(
  canvas: HTMLCanvasElement,
  view: Pick<View, 'width' | 'height' | 'ratio'>,
): { width: number; height: number } {
  const width = Math.round(view.width * view.ratio);
  const height = Math.round(view.height * view.ratio);
  // To set it empties the canvas, even where it stays the same.
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  return { width, height };
}

/** Draws on a canvas all that it shows, in device px; what it showed before is gone. */
export function drawStill(
  canvas: HTMLCanvasElement,
  view: Pick<View, 'width' | 'height' | 'ratio'>,
  draw: (context: CanvasRenderingContext2D) => void,
): void {
  const { width, height } = sizeTo(canvas, view);
  const shown = canvas.getContext('bitmaprenderer');
  if (width === 0 || height === 0) return shown?.transferFromImageBitmap(null);
  const paper = new OffscreenCanvas(width, height);
  // It lacks only what belongs to an element, such as focus rings.
  draw(paper.getContext('2d') as unknown as CanvasRenderingContext2D);
  shown?.transferFromImageBitmap(paper.transferToImageBitmap());
}

/** Shows an image, each of its pixels one of the canvas. */
export function showImage(canvas: HTMLCanvasElement, image: ImageData): void {
  const { width, height } = image;
  drawStill(canvas, { width, height, ratio: 1 }, (context) => context.putImageData(image, 0, 0));
}
