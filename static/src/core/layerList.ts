/** The layers of a network as a flat list of lines, each with what the server says of it. */
import { keyOf, type Layer, type Layers, type Path, type PlanRow } from './plan';

export interface Line {
  key: string;
  path: Path;
  layer: Layer;
  /** Null while the layer is new and nobody has examined it. */
  row: PlanRow | null;
}

/** Every layer in order, those of a block behind it. */
export function linesOf(
  layers: Layers,
  rows: readonly PlanRow[],
  parent: Path = [],
): readonly Line[] {
  return layers.flatMap((layer, index) => {
    const path = [...parent, index];
    const key = keyOf(path);
    const found = rows.find((row) => keyOf(row.path) === key && row.kind === layer.kind);
    const inside = layer.layers ? linesOf(layer.layers, rows, path) : [];
    return [{ key, path, layer, row: found ?? null }, ...inside];
  });
}

/** A layer's settings in a few signs: its window, its function, its chance. */
export function briefOf(layer: Layer): string {
  const { kernel, stride, function: name, p } = layer;
  if (typeof kernel === 'number') {
    const step = typeof stride === 'number' && stride > 1 ? ` / ${stride}` : '';
    return `${kernel} × ${kernel}${step}`;
  }
  if (typeof name === 'string') return name;
  return typeof p === 'number' ? String(p) : '';
}

/** The place in "layers[3].layers[0].kernel" as a key such as "3.0"; null for other texts. */
export function keyOfPlace(place: string): string | null {
  const found = [...place.matchAll(/layers\[(\d+)\]/g)].map(([, index]) => index);
  return found.length > 0 ? found.join('.') : null;
}
