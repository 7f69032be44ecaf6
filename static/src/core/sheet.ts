/** The numbers of an opened channel as rows and columns, and the way from a square to its place. */
import { cellIndex, mapStack } from './maps';
import type { NodeInfo } from './types';

export interface Sheet {
  rows: number;
  columns: number;
  /** Numbers on the sheet; the last row of a vector's may not be full. */
  count: number;
}

type Drawn = Pick<NodeInfo, 'shape' | 'geometry'>;

interface Cell {
  y: number;
  x: number;
}

/** True where each number is a channel of its own: the sheet then holds all of them. */
export function isVector(node: Drawn): boolean {
  const { height, width } = mapStack(node);
  return height * width === 1;
}

/** A map as it is; a flattened channel as the map it was; a vector in rows, nearly square. */
export function sheetOf(node: Drawn): Sheet {
  const { count, height, width } = mapStack(node);
  if (isVector(node)) {
    const columns = Math.ceil(Math.sqrt(count));
    return { rows: Math.ceil(count / columns), columns, count };
  }
  const { geometry } = node;
  if (geometry.kind === 'flatten' && width === 1) {
    const columns = geometry.from[2] ?? 1;
    return { rows: height / columns, columns, count: height };
  }
  return { rows: height, columns: width, count: height * width };
}

/** The square of a place: of its channel in a vector, else of its cell; null without one. */
export function squareAt(node: Drawn, channel: number, cell: Cell | null): Cell | null {
  const { columns } = sheetOf(node);
  const index = isVector(node) ? channel : cell && cell.y * mapStack(node).width + cell.x;
  return index === null ? null : { y: Math.floor(index / columns), x: index % columns };
}

/** The place of a square; null beyond the last number. */
export function placeAt(
  node: Drawn,
  channel: number,
  square: Cell,
): (Cell & { channel: number }) | null {
  const { columns, count } = sheetOf(node);
  const index = square.y * columns + square.x;
  if (index >= count) return null;
  if (isVector(node)) return { channel: index, y: 0, x: 0 };
  const { width } = mapStack(node);
  return { channel, y: Math.floor(index / width), x: index % width };
}

/** The channel and square of the `index`-th of all values of a node. */
export function squareOf(node: Drawn, index: number): { channel: number; square: Cell } {
  const { height, width } = mapStack(node);
  const each = height * width;
  const channel = Math.floor(index / each);
  const within = index % each;
  const cell = { y: Math.floor(within / width), x: within % width };
  return { channel, square: squareAt(node, channel, cell) ?? cell };
}

/** The place of a square of a channel among all values of a node; null beyond the last number. */
export function indexOf(node: Drawn, channel: number, square: Cell): number | null {
  const place = placeAt(node, channel, square);
  return place && cellIndex(mapStack(node), place.channel, place.y, place.x);
}
