/** One canvas per node that holds its maps cell for cell: painted once per picture, drawn often. */
import type { MapStack } from '../core/maps';

export interface Atlas extends MapStack {
  canvas: HTMLCanvasElement;
  /** Maps per row of the atlas. */
  across: number;
}

/** Lets the next drawing of an unchanged atlas stay cheap: browsers cap a canvas near 16,000 px. */
const WIDEST_PX = 8192;

export function makeAtlas(stack: MapStack): Atlas {
  const square = Math.ceil(Math.sqrt((stack.count * stack.height) / stack.width));
  const widest = Math.max(1, Math.floor(WIDEST_PX / stack.width));
  const across = Math.max(1, Math.min(stack.count, square, widest));
  const canvas = document.createElement('canvas');
  canvas.width = across * stack.width;
  canvas.height = Math.ceil(stack.count / across) * stack.height;
  return { ...stack, canvas, across };
}

/** Left and top of a map within its atlas. */
export function atlasPlace(atlas: Atlas, channel: number): [number, number] {
  const x = (channel % atlas.across) * atlas.width;
  return [x, Math.floor(channel / atlas.across) * atlas.height];
}

/**
 * Paints maps of quantised bytes.
 * @param bytes (count, height, width) bytes
 * @param channels the maps to paint
 * @param colours 256 ABGR words for the bytes of one map
 */
export function paintAtlas(
  atlas: Atlas,
  bytes: Uint8Array,
  channels: Iterable<number>,
  colours: (channel: number) => Uint32Array,
): void {
  const context = atlas.canvas.getContext('2d', { willReadFrequently: true });
  if (!context) return;
  const { width, height } = atlas.canvas;
  const image = context.createImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  for (const channel of channels) paintMap(atlas, pixels, bytes, channel, colours(channel));
  context.putImageData(image, 0, 0);
}

function paintMap(
  atlas: Atlas,
  pixels: Uint32Array,
  bytes: Uint8Array,
  channel: number,
  table: Uint32Array,
): void {
  const [left, top] = atlasPlace(atlas, channel);
  const stride = atlas.across * atlas.width;
  let from = channel * atlas.height * atlas.width;
  for (let y = 0; y < atlas.height; y++) {
    let to = (top + y) * stride + left;
    for (const end = to + atlas.width; to < end; to++, from++) {
      pixels[to] = table[bytes[from] as number] as number;
    }
  }
}
