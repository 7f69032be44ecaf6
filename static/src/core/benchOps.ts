/** Which kinds of layer each bench of the lab is about: how the lab and the layer view meet. */
import type { NodeInfo, Op, WindowGeometry } from './types';

/** The kind that the bench leads back to stands first. */
export const BENCH_OPS = {
  pixel: ['input'],
  kernel: ['conv'],
  channels: ['conv', 'add', 'concat'],
  field: ['conv', 'pool'],
  matrix: ['conv'],
  parameters: ['dense', 'conv', 'norm', 'pool'],
  activation: ['activation'],
  softmax: ['softmax'],
  pooling: ['pool', 'flatten'],
  plane: ['activation'],
  shape: ['dense', 'flatten'],
} as const satisfies Readonly<Record<string, readonly Op[]>>;
export type BenchId = keyof typeof BENCH_OPS;

const IDS = Object.keys(BENCH_OPS) as BenchId[];
const opsOf = (bench: BenchId): readonly Op[] => BENCH_OPS[bench];

/** The benches that show a kind of layer, in the order of the lab; none for a few kinds. */
export function benchesOf(op: Op): readonly BenchId[] {
  return IDS.filter((bench) => opsOf(bench).includes(op));
}

/** The opened node when the bench is about its kind, else the first node of the bench's own kind. */
export function nodeOf(
  bench: BenchId,
  nodes: readonly NodeInfo[],
  opened: string | null,
): NodeInfo | undefined {
  const ops = opsOf(bench);
  const isAbout = ({ id, op }: NodeInfo) => id === opened && ops.includes(op);
  return nodes.find(isAbout) ?? nodes.find(({ op }) => op === ops[0]);
}

/** How a bench begins for a layer: the calculator with the layer in it; null = as it always does. */
export function settingOf(
  bench: BenchId,
  { op, shape, geometry }: NodeInfo,
  input: NodeInfo | undefined,
): string | null {
  if (bench !== 'parameters') return null;
  if (geometry.kind === 'dense') return `kind:dense,i:${geometry.in},o:${geometry.out}`;
  if (op === 'norm') return `kind:norm,i:${shape[0]}`;
  if (geometry.kind !== 'window' || !input || !isEven(geometry)) return `kind:${op}`;
  const kind = geometry.transposed ? 'transposed' : op;
  const { kernel, stride, padding, dilation, groups = 1 } = geometry;
  const sizes = `k:${kernel[0]},s:${stride[0]},p:${padding[0]?.[0]},d:${dilation[0]},g:${groups}`;
  return `kind:${kind},i:${input.shape[0]},o:${shape[0]},${sizes},n:${input.shape[1]}`;
}

/** True for a window that is the same along both axes and on both sides. */
function isEven({ kernel, stride, padding, dilation }: WindowGeometry): boolean {
  return [kernel, stride, dilation, padding.flat()].every((sizes) => new Set(sizes).size === 1);
}
