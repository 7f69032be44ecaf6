/** Pictures as planes of bytes, (C, H, W), and what networks make of a byte. */

export interface Planes {
  data: Float64Array;
  channels: number;
  height: number;
  width: number;
}

/** A byte as a network takes it: a share of 1, less the mean, over the spread. */
export function normalised(byte: number, mean: number, std: number): number {
  return (byte / 255 - mean) / std;
}

/** The bytes behind a network's input. */
export function bytesBehind(
  values: ArrayLike<number>,
  [channels, height, width]: readonly [number, number, number],
  { mean, std }: { mean: readonly number[]; std: readonly number[] },
): Planes {
  const size = height * width;
  const data = Float64Array.from({ length: channels * size }, (_, i) => {
    const c = Math.floor(i / size);
    const share = (values[i] as number) * (std[c] ?? 1) + (mean[c] ?? 0);
    return Math.max(0, Math.min(255, Math.round(share * 255)));
  });
  return { data, channels, height, width };
}

/** Brightness as the eye weighs the colours (ITU-R BT.601). */
export function brightness(red: number, green: number, blue: number): number {
  return 0.299 * red + 0.587 * green + 0.114 * blue;
}

/** Red, green and blue of RGBA pixels as three planes. */
export function planesOf(rgba: ArrayLike<number>, height: number, width: number): Planes {
  const size = height * width;
  const data = Float64Array.from(
    { length: 3 * size },
    (_, i) => rgba[(i % size) * 4 + Math.floor(i / size)] as number,
  );
  return { data, channels: 3, height, width };
}

/** One plane of brightness. */
export function greyPlane({ data, channels, height, width }: Planes): Planes {
  const size = height * width;
  const at = (c: number, i: number) => data[Math.min(c, channels - 1) * size + i] as number;
  const grey = Float64Array.from({ length: size }, (_, i) =>
    brightness(at(0, i), at(1, i), at(2, i)),
  );
  return { data: grey, channels: 1, height, width };
}

/** RGBA pixels of planes of bytes, cut off at 0 and 255; a plane that is not lit is black. */
export function pixelsOf(
  planes: Planes,
  isLit: readonly boolean[] = [true, true, true],
): Uint8ClampedArray<ArrayBuffer> {
  const size = planes.height * planes.width;
  const pixels = new Uint8ClampedArray(size * 4);
  for (let i = 0; i < size; i++) {
    for (let c = 0; c < 3; c++) {
      const plane = Math.min(c, planes.channels - 1);
      pixels[i * 4 + c] = isLit[c] ? (planes.data[plane * size + i] as number) : 0;
    }
    pixels[i * 4 + 3] = 255;
  }
  return pixels;
}

export function meanOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] as number;
  return values.length > 0 ? sum / values.length : 0;
}
