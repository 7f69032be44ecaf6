/** Where the parts of a convolution stand in its room: kernels, products, sum, bias and output. */
import type { Box, CellBox, LayoutMode } from './layout';

export interface ConvRow {
  /** Input channel. */
  channel: number;
  source: Box;
  kernel: Box;
  product: Box;
}

export interface ConvPlan {
  rows: readonly ConvRow[];
  sum: Box;
  /** The output map, large. */
  output: Box;
  /** The kernel of the lit channel, large enough for its numbers. */
  detail: Box;
  /** Left for words and controls above, beside and below the drawing. */
  head: Box;
  foot: Box;
}

export interface ConvSizes {
  mode: LayoutMode;
  room: Box;
  /** Maps of the input that are shown, where they stand. */
  sources: readonly CellBox[];
  kernel: { rows: number; columns: number };
  /** Of the output, in cells. */
  out: { height: number; width: number };
}

const GAP = 8;
const SUM_PX = 22;
/** A product's value below its map. */
const NUMBER_PX = 26;
/** A kernel's cell beside its map. */
const KERNEL_CELL_PX = 12;
/** Room for the value of a product beside its map. */
export const VALUE_PX = 44;
const FOOT_PX = 86;
/** Where the controls take two lines. */
const FOOT_BAND_PX = 130;
const HEAD_PX = 36;
/** Holds two digits at 11 px. */
const NUMBER_CELL_PX = 38;

export function planConvolution(sizes: ConvSizes): ConvPlan {
  return sizes.mode === 'rows' ? leftToRight(sizes) : downwards(sizes);
}

/** Rows of source, kernel and product; the sum, the output and a kernel in numbers right of them. */
function leftToRight({ room, sources, kernel, out }: ConvSizes): ConvPlan {
  const beside = new Map(sources.map(({ y }) => [y, sources.filter((each) => each.y === y)]));
  const most = Math.max(1, ...[...beside.values()].map(({ length }) => length));
  const side = kernelSide(kernel, Math.min(40, (sources[0]?.h ?? 40) / most));
  const rows = sources.map((cell) => {
    const { channel, ...source } = cell;
    // Maps that stand beside each other share the height of their line.
    const line = beside.get(source.y) ?? [cell];
    const tall = source.h / line.length;
    const middle = source.y + (line.indexOf(cell) + 0.5) * tall;
    const at = { x: room.x + GAP, y: middle - side.h / 2, ...side };
    const size = fitted(out, tall * 1.3, tall);
    const product = { x: room.x + side.w + 3 * GAP, y: middle - size.h / 2, ...size };
    return { channel, source, kernel: at, product };
  });
  const right = Math.max(...rows.map(({ product }) => product.x + product.w)) + VALUE_PX;
  const [top, bottom] = [room.y + HEAD_PX + 2 * GAP, room.y + room.h - FOOT_PX];
  const left = right + 3 * GAP + SUM_PX + 4 * GAP;
  const free = room.x + room.w - GAP - left;
  const size = fitted(out, free, Math.min(free, (bottom - top) * 0.5));
  const output = { x: left, y: top + HEAD_PX, ...size };
  const sum = {
    ...{ x: right + 3 * GAP, w: SUM_PX, h: SUM_PX },
    y: output.y + size.h / 2 - SUM_PX / 2,
  };
  const below = output.y + size.h + 5 * GAP;
  return {
    ...{ rows, sum, output },
    detail: { x: left, y: below, ...detailSide(kernel, free, bottom - below - GAP) },
    head: { x: left, y: room.y + HEAD_PX, w: room.x + room.w - left, h: HEAD_PX },
    foot: { x: room.x + 2 * GAP, y: bottom, w: room.w - 3 * GAP, h: FOOT_PX },
  };
}

/** Every product below its source, line by line; sum, output and numbers below them. */
function downwards({ room, sources, kernel, out }: ConvSizes): ConvPlan {
  const lines = [...new Set(sources.map(({ y }) => y))];
  const side = kernelSide(kernel, 28);
  const tall = Math.max(...sources.map(({ h }) => h), 1);
  const pitch = side.h + tall + NUMBER_PX + GAP;
  const top = room.y + HEAD_PX;
  const rows = sources.map(({ channel, ...source }) => {
    const y = top + lines.indexOf(source.y) * pitch;
    const size = fitted(out, source.w, tall);
    const middle = source.x + source.w / 2;
    return {
      ...{ channel, source },
      kernel: { x: middle - side.w / 2, y, ...side },
      product: { x: middle - size.w / 2, y: y + side.h + 4, ...size },
    };
  });
  const below = top + lines.length * pitch + 2 * GAP;
  const bottom = room.y + room.h - FOOT_BAND_PX;
  const high = Math.max(40, bottom - below - NUMBER_PX - GAP);
  const sum = { x: room.x + 3 * GAP, y: below + high / 2 - SUM_PX / 2, w: SUM_PX, h: SUM_PX };
  const output = { x: room.x + 76, y: below, ...fitted(out, 130, high) };
  const left = output.x + output.w + 3 * GAP;
  return {
    ...{ rows, sum, output },
    detail: { x: left, y: below, ...detailSide(kernel, room.x + room.w - left, high) },
    head: { x: room.x, y: room.y, w: room.w, h: HEAD_PX },
    foot: { x: room.x, y: bottom, w: room.w, h: FOOT_BAND_PX },
  };
}

type Side = Pick<Box, 'w' | 'h'>;

function kernelSide({ rows, columns }: ConvSizes['kernel'], most: number): Side {
  const cell = Math.min(KERNEL_CELL_PX, most / Math.max(rows, columns));
  return { w: columns * cell, h: rows * cell };
}

function detailSide({ rows, columns }: ConvSizes['kernel'], w: number, h: number): Side {
  const cell = Math.max(2, Math.min(NUMBER_CELL_PX, w / columns, h / rows));
  return { w: columns * cell, h: rows * cell };
}

/** As large as fits into `w` by `h`, with the proportions of the cells. */
function fitted({ height, width }: ConvSizes['out'], w: number, h: number): Side {
  const scale = Math.min(w / width, h / height);
  return { w: width * scale, h: height * scale };
}
