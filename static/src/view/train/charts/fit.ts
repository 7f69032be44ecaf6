/** A canvas as large as it is shown, in the pixels of the screen. */
export function fitCanvas(
  canvas: HTMLCanvasElement,
  { width, height, ratio }: { width: number; height: number; ratio: number },
): CanvasRenderingContext2D {
  const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== wide) canvas.width = wide;
  if (canvas.height !== high) canvas.height = high;
  return canvas.getContext('2d') as CanvasRenderingContext2D;
}
