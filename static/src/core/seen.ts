/** The network's input as a picture again: normalisation undone. */

/** How a network normalises each channel: (value - mean) / std. */
export interface Normalisation {
  mean: readonly number[];
  std: readonly number[];
}

/**
 * Pixels for ImageData from an input tensor.
 * @param read the value of channel c at a flat place of its (H, W)
 * @param shape (C, H, W); one channel is grey, of more the first three are red, green, blue
 * @returns H * W * 4 bytes, opaque
 */
export function toPixels(
  read: (c: number, index: number) => number,
  shape: readonly number[],
  { mean, std }: Normalisation,
): Uint8ClampedArray<ArrayBuffer> {
  const [channels = 1, height = 1, width = 1] = shape;
  const plane = height * width;
  const pixels = new Uint8ClampedArray(plane * 4).fill(255);
  for (let i = 0; i < plane; i++) {
    for (let part = 0; part < 3; part++) {
      const c = channels < 3 ? 0 : part;
      pixels[i * 4 + part] = 255 * (read(c, i) * (std[c] ?? 1) + (mean[c] ?? 0));
    }
  }
  return pixels;
}
