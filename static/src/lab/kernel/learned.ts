/** The kernels of the network that the picture tab can lay on the picture. */
import { filterOf, strength } from '../../core/kernels';
import type { NodeInfo } from '../../core/types';
import type { App } from '../../state/app.svelte';

export interface Learned {
  node: NodeInfo;
  channel: number;
  rows: number;
  /** Three for red, green and blue, else the strongest one alone. */
  weights: readonly Float32Array[];
  /** The input channel of the one that is alone; null for three. */
  input: number | null;
}

/** Convolutions over maps that mix no blocks of time: kernels of two axes. */
export function convolutions(app: App): readonly NodeInfo[] {
  return app.look.card.nodes.filter(
    ({ op, geometry }) =>
      op === 'conv' && geometry.kind === 'window' && geometry.kernel.length === 2,
  );
}

/** The opened convolution, else the first one. */
export function chosenConvolution(app: App): NodeInfo | undefined {
  const all = convolutions(app);
  return all.find(({ id }) => id === app.state.node) ?? all[0];
}

/** The kernels of the chosen output channel; null while its weights are on their way. */
export function learnedKernel(app: App): Learned | null {
  const node = chosenConvolution(app);
  const count = node?.shape[0] ?? 0;
  if (!node || count === 0) return null;
  const channel = Math.min(app.state.c ?? 0, count - 1);
  const kernels = filterOf(node, app.look.weights, channel)?.kernels ?? [];
  const first = kernels[0];
  if (!first) return null;
  const isPicture = app.look.nodes.get(node.inputs[0] ?? '')?.op === 'input';
  const { rows } = first;
  if (isPicture && kernels.length === 3) {
    return { node, channel, rows, weights: kernels.map(({ values }) => values), input: null };
  }
  const strongest = kernels.reduce((a, b) => (strength(b.values) > strength(a.values) ? b : a));
  return { node, channel, rows, weights: [strongest.values], input: strongest.input };
}
