/** The pixels of a picture as the browser decodes them. */
import { request, type Source } from './api';

export interface Pixels {
  width: number;
  height: number;
  /** Red, green, blue and opacity of every pixel, row by row. */
  data: Uint8ClampedArray;
}

/** A picture with its longest side at most `longest` pixels. */
export async function fetchPixels(
  source: Source,
  longest: number,
  signal: AbortSignal,
): Promise<Pixels> {
  const blob = 'bytes' in source ? source.bytes : await fetchSmall(source.bundled, longest, signal);
  const bitmap = await createImageBitmap(blob);
  const scale = Math.min(1, longest / Math.max(bitmap.width, bitmap.height));
  const width = Math.max(1, Math.round(bitmap.width * scale));
  const height = Math.max(1, Math.round(bitmap.height * scale));
  const canvas = Object.assign(document.createElement('canvas'), { width, height });
  const context = canvas.getContext('2d') as CanvasRenderingContext2D;
  context.drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  return { width, height, data: context.getImageData(0, 0, width, height).data };
}

function fetchSmall(id: string, longest: number, signal: AbortSignal): Promise<Blob> {
  const path = `/api/pictures/${encodeURIComponent(id)}?size=${longest}`;
  return request(path, { signal }, (response) => response.blob());
}
