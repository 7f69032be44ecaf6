/** Areas that a cell depends on: the windows on its inputs and its field on the network's input. */
import { clippedField, sources, type Cell } from './geometry';
import { mapStack } from './maps';
import { isMaps, type NodeInfo } from './types';

/** Cells of one node, half-open, and the channels that are read. */
export interface Area {
  node: string;
  y0: number;
  y1: number;
  x0: number;
  x1: number;
  /** First channel, last channel + 1. */
  channels: readonly [number, number];
}

function isDrawable(node: NodeInfo | undefined): node is NodeInfo {
  return node !== undefined && isMaps(node.shape);
}

/** The window that makes a cell, on each input that is drawn as maps. */
export function windowsOf(nodes: ReadonlyMap<string, NodeInfo>, id: string, cell: Cell): Area[] {
  const node = nodes.get(id);
  if (!node || node.geometry.kind === 'other') return [];
  const inputs = node.inputs.map((input) => nodes.get(input));
  const shapes = inputs.map((input) => input?.shape ?? []);
  if ([node.shape, ...shapes].some((shape) => shape.length > 3)) return [];
  return sources(node.geometry, cell, shapes).flatMap(({ input, c, y, x }) => {
    const from = inputs[input];
    if (!isDrawable(from)) return [];
    return [{ node: from.id, y0: y[0], y1: y[1], x0: x[0], x1: x[1], channels: c }];
  });
}

/** The part of the network's input that a cell can depend on; null when it cannot be told. */
export function fieldOf(nodes: ReadonlyMap<string, NodeInfo>, id: string, cell: Cell): Area | null {
  const all = [...nodes.values()];
  const input = all.find((node) => node.op === 'input');
  if (!isDrawable(input) || all.some((node) => node.shape.length > 3)) return null;
  const [y0, y1, x0, x1] = clippedField(all, id, cell);
  if (y1 <= y0) return null;
  return { node: input.id, y0, y1, x0, x1, channels: [0, input.shape[0] as number] };
}

/** The cells of the input's map that won a window of max pooling; ties go to the first, as in torch. */
export function poolWinners(
  node: NodeInfo,
  input: NodeInfo,
  values: Float32Array,
  channel: number,
): { y: number; x: number }[] {
  const { geometry } = node;
  if (!('mode' in geometry) || geometry.mode !== 'max') return [];
  const [out, from] = [mapStack(node), mapStack(input)];
  const start = channel * from.height * from.width;
  const found = new Set<number>();
  for (let y = 0; y < out.height; y++) {
    for (let x = 0; x < out.width; x++) {
      const [box] = sources(geometry, [channel, y, x], [input.shape]);
      if (!box) continue;
      let best = -1;
      for (let v = box.y[0]; v < box.y[1]; v += box.y[2]) {
        for (let u = box.x[0]; u < box.x[1]; u += box.x[2]) {
          const at = v * from.width + u;
          const value = values[start + at] as number;
          // As in torch: what is not a number wins over everything before it.
          const isMore = best < 0 || value > (values[start + best] as number);
          if (isMore || Number.isNaN(value)) best = at;
        }
      }
      found.add(best);
    }
  }
  return [...found].map((at) => ({ y: Math.floor(at / from.width), x: at % from.width }));
}
