/** Changes to a picture or a network as data: what the API takes, and what an address says. */

export const FUNCTIONS = [
  ...(['relu', 'leaky_relu', 'elu', 'gelu'] as const),
  ...(['silu', 'sigmoid', 'tanh', 'identity'] as const),
] as const;
export type ActivationName = (typeof FUNCTIONS)[number];

/** c, y, x in the network's input, and the value that it takes (normalised). */
export type Pixel = readonly [number, number, number, number];

export type Edit =
  | { kind: 'pixels'; cells: readonly Pixel[] }
  | { kind: 'weight'; name: string; index: readonly number[]; value: number }
  | { kind: 'channel'; node: string; channel: number; scale: number }
  | { kind: 'activation'; node: string; function: ActivationName }
  | { kind: 'pooling'; node: string; mode: 'max' | 'average' };

/** What two edits have in common when the later takes the place of the other; pixels never do. */
export function targetOf(edit: Edit): string {
  switch (edit.kind) {
    case 'pixels':
      return '';
    case 'weight':
      return `${edit.name}!${edit.index.join('.')}`;
    case 'channel':
      return `channel!${edit.node}!${edit.channel}`;
    default:
      return `swap!${edit.node}`;
  }
}

/** The list with an edit put last, in place of the one of the same target. */
export function withEdit(edits: readonly Edit[], edit: Edit): readonly Edit[] {
  return [...withoutTarget(edits, targetOf(edit)), edit];
}

export function withoutTarget(edits: readonly Edit[], target: string): readonly Edit[] {
  return edits.filter((each) => target === '' || targetOf(each) !== target);
}

/** A stroke with more cells; of one cell the last value holds. */
export function withCells(stroke: readonly Pixel[], more: readonly Pixel[]): readonly Pixel[] {
  const key = ([c, y, x]: Pixel) => `${c},${y},${x}`;
  return [...new Map([...stroke, ...more].map((cell) => [key(cell), cell])).values()];
}

/** What a channel is multiplied with; null where no edit scales it. */
export function scaleOf(edits: readonly Edit[], node: string, channel: number): number | null {
  const edit = edits.findLast(
    (each) => each.kind === 'channel' && each.node === node && each.channel === channel,
  );
  return edit?.kind === 'channel' ? edit.scale : null;
}

/** The cells of a square brush round one cell, cut at the edges. */
export function brushed(
  at: { y: number; x: number },
  size: number,
  extent: { rows: number; columns: number },
): { y: number; x: number }[] {
  const from = (size - 1) >> 1;
  const cells = Array.from({ length: size * size }, (_, i) => ({
    y: at.y - from + Math.floor(i / size),
    x: at.x - from + (i % size),
  }));
  return cells.filter(({ y, x }) => y >= 0 && x >= 0 && y < extent.rows && x < extent.columns);
}

/** The cells from one to another, both included: a fast hand skips some. */
export function cellsBetween(
  from: { y: number; x: number },
  to: { y: number; x: number },
): { y: number; x: number }[] {
  const steps = Math.max(Math.abs(to.y - from.y), Math.abs(to.x - from.x), 1);
  return Array.from({ length: steps + 1 }, (_, i) => ({
    y: Math.round(from.y + ((to.y - from.y) * i) / steps),
    x: Math.round(from.x + ((to.x - from.x) * i) / steps),
  }));
}

// --- the address ---

const LETTERS = { pixels: 'x', weight: 'w', channel: 'c', activation: 'a', pooling: 'p' } as const;
const BETWEEN = '~';
const WITHIN = '!';

/** The edits as a text of an address; "" for none. */
export function encodeEdits(edits: readonly Edit[]): string {
  return edits.map((edit) => [LETTERS[edit.kind], ...partsOf(edit)].join(WITHIN)).join(BETWEEN);
}

function partsOf(edit: Edit): (string | number)[] {
  switch (edit.kind) {
    case 'pixels':
      return [edit.cells.map((cell) => cell.join('_')).join('*')];
    case 'weight':
      return [edit.name, edit.index.join('_'), edit.value];
    case 'channel':
      return [edit.node, edit.channel, edit.scale];
    case 'activation':
      return [edit.node, edit.function];
    case 'pooling':
      return [edit.node, edit.mode];
  }
}

/** The edits that a text says; what cannot be read is left out. The server checks the rest. */
export function decodeEdits(text: string): readonly Edit[] {
  return text.split(BETWEEN).flatMap((each) => {
    const [letter = '', name = '', ...rest] = each.split(WITHIN);
    const edit = READ[letter]?.(name, rest);
    return edit ? [edit] : [];
  });
}

const READ: Readonly<Record<string, (name: string, rest: readonly string[]) => Edit | null>> = {
  x: (text) => {
    const cells = text.split('*').map((cell) => numbersOf(cell, 4) as Pixel | null);
    return cells.every((cell) => cell !== null) ? { kind: 'pixels', cells } : null;
  },
  w: (name, [at = '', text = '']) => {
    const index = numbersOf(at);
    const value = numberOf(text);
    return index && value !== null ? { kind: 'weight', name, index, value } : null;
  },
  c: (node, [at = '', by = '']) => {
    const [channel, scale] = [numberOf(at), numberOf(by)];
    return channel !== null && scale !== null ? { kind: 'channel', node, channel, scale } : null;
  },
  a: (node, [text]) => {
    const found = FUNCTIONS.find((each) => each === text);
    return found ? { kind: 'activation', node, function: found } : null;
  },
  p: (node, [mode]) =>
    mode === 'max' || mode === 'average' ? { kind: 'pooling', node, mode } : null,
};

function numberOf(text: string): number | null {
  const value = text === '' ? NaN : Number(text);
  return Number.isFinite(value) ? value : null;
}

function numbersOf(text: string, count?: number): number[] | null {
  const values = text.split('_').map(numberOf);
  const isRight = count === undefined || values.length === count;
  return isRight && values.every((value) => value !== null) ? values : null;
}
