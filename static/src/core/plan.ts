/** A network as a list of layers: changed by making new lists, never in place. */
import type { Words } from './run';

/** One layer: its kind and its settings; a residual block holds layers itself. */
export interface Layer {
  kind: string;
  name?: string;
  layers?: readonly Layer[];
  [setting: string]: unknown;
}
export type Layers = readonly Layer[];
/** Where a layer is: [2] the third one, [2, 0] the first inside it. */
export type Path = readonly number[];

/** What GET /api/presets says of a setting of a layer. */
export interface Setting {
  name: string;
  type: 'integer' | 'number' | 'flag' | 'choice';
  default: unknown;
  low: number | null;
  high: number | null;
  choices: readonly string[] | null;
  label: Words;
}

export interface Kind {
  kind: string;
  name: Words;
  settings: readonly Setting[];
}

export interface ReceptiveField {
  size: number;
  jump: number;
}

/** One layer as the server examined it; behind the first problem nothing has a shape. */
export interface PlanRow {
  path: Path;
  name: string;
  kind: string;
  shape: readonly number[] | null;
  parameters: number;
  macs: number;
  receptive_field: ReceptiveField | null;
  problem: Words | null;
}

export interface Totals {
  layers: number;
  parameters: number;
  macs: number;
  receptive_field: ReceptiveField | null;
}

export interface Examined {
  plan: { input: readonly number[]; layers: Layers };
  classes: number;
  rows: readonly PlanRow[];
  totals: Totals;
  problem: Words | null;
}

const RESIDUAL = 'residual';

/** The list that holds the layer of a path. */
function listAt(layers: Layers, parent: Path): Layers {
  return parent.reduce<Layers>((list, index) => list[index]?.layers ?? [], layers);
}

/** The same layers with the list at `parent` replaced. */
function withList(layers: Layers, parent: Path, list: Layers): Layers {
  const [first, ...rest] = parent;
  if (first === undefined) return list;
  return layers.map((layer, index) =>
    index === first ? { ...layer, layers: withList(layer.layers ?? [], rest, list) } : layer,
  );
}

const parentOf = (path: Path): Path => path.slice(0, -1);
const indexOf = (path: Path): number => path.at(-1) ?? 0;

export function layerAt(layers: Layers, path: Path): Layer | undefined {
  return listAt(layers, parentOf(path))[indexOf(path)];
}

export function withLayer(layers: Layers, path: Path, layer: Layer): Layers {
  const list = listAt(layers, parentOf(path));
  return withList(layers, parentOf(path), list.with(indexOf(path), layer));
}

export function withoutLayer(layers: Layers, path: Path): Layers {
  const list = listAt(layers, parentOf(path));
  return withList(layers, parentOf(path), list.toSpliced(indexOf(path), 1));
}

/** With a layer put in at the path; what was there comes behind it. */
export function withInserted(layers: Layers, path: Path, layer: Layer): Layers {
  const list = listAt(layers, parentOf(path));
  return withList(layers, parentOf(path), list.toSpliced(indexOf(path), 0, layer));
}

/**
 * The path that a layer has after a step up (-1) or down (1); null at either end of the network. At
 * the ends of a residual block it leaves the block.
 */
export function movedPath(layers: Layers, path: Path, step: 1 | -1): Path | null {
  const parent = parentOf(path);
  const next = indexOf(path) + step;
  if (next >= 0 && next < listAt(layers, parent).length) return [...parent, next];
  if (parent.length === 0) return null;
  return step < 0 ? parent : [...parentOf(parent), indexOf(parent) + 1];
}

/** With the layer of a path moved a step up or down. */
export function withMoved(layers: Layers, path: Path, step: 1 | -1): Layers {
  const to = movedPath(layers, path, step);
  const layer = layerAt(layers, path);
  return to && layer ? withInserted(withoutLayer(layers, path), to, layer) : layers;
}

/** A layer as it is added: the defaults of its kind, and something in a block. */
export function newLayer(kind: Kind): Layer {
  const settings = Object.fromEntries(kind.settings.map((each) => [each.name, each.default]));
  if (kind.kind !== RESIDUAL) return { kind: kind.kind, ...settings };
  return { kind: RESIDUAL, layers: [{ kind: 'conv', out: 8, kernel: 3, padding: 1 }] };
}

/** The place right behind a layer. */
export const behind = (path: Path): Path => [...parentOf(path), indexOf(path) + 1];

export const keyOf = (path: Path): string => path.join('.');

/** Something that learns: a layer, or what makes a block's input fit its output. */
export type Learner = Pick<PlanRow, 'name' | 'kind' | 'parameters'>;

function learnerOf(row: PlanRow, rows: readonly PlanRow[]): Learner {
  if (row.kind !== RESIDUAL) return row;
  const inside = rows.filter(({ path }) => keyOf(parentOf(path)) === keyOf(row.path));
  const rest = inside.reduce((left, { parameters }) => left - parameters, row.parameters);
  return { name: `${row.name}.project`, kind: row.kind, parameters: rest };
}

/** All that learns, each number counted once. */
export function learners(rows: readonly PlanRow[]): readonly Learner[] {
  return rows.map((row) => learnerOf(row, rows)).filter(({ parameters }) => parameters > 0);
}

/** Names of what `freeze` ("none", "probe", or names with commas) keeps as it is. */
export function frozenNames(all: readonly Learner[], freeze: string): ReadonlySet<string> {
  if (freeze === '' || freeze === 'none') return new Set();
  const names = all.map(({ name }) => name);
  const last = all.findLast(({ kind }) => kind === 'dense')?.name;
  if (freeze === 'probe') return new Set(names.filter((name) => name !== last));
  const asked = freeze.split(',').map((name) => name.trim());
  return new Set(names.filter((n) => asked.some((each) => n === each || n.startsWith(`${each}.`))));
}

/** How many parameters can learn. */
export function trainable(all: readonly Learner[], freeze: string): number {
  const frozen = frozenNames(all, freeze);
  const free = all.filter(({ name }) => !frozen.has(name));
  return free.reduce((sum, { parameters }) => sum + parameters, 0);
}
