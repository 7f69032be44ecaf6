/** The benches of the lab, in the order of the list: each is fetched when it is opened. */
import type { Component } from 'svelte';
import type { Op } from '../core/types';
import type { App } from '../state/app.svelte';

interface Bench {
  /** In the address, and in the keys `lab.name.` and `lab.ask.` of its words. */
  id: string;
  /** The kind of node that shows the same in the layer view. */
  op: Op;
  load: () => Promise<{ default: Component<{ app: App }> }>;
}

export const BENCHES = [
  { id: 'pixel', op: 'input', load: () => import('./pixel/PixelBench.svelte') },
  { id: 'kernel', op: 'conv', load: () => import('./kernel/KernelBench.svelte') },
  { id: 'channels', op: 'conv', load: () => import('./channels/ChannelsBench.svelte') },
  { id: 'field', op: 'conv', load: () => import('./field/FieldBench.svelte') },
  { id: 'matrix', op: 'conv', load: () => import('./matrix/MatrixBench.svelte') },
  { id: 'parameters', op: 'dense', load: () => import('./parameters/ParametersBench.svelte') },
  { id: 'activation', op: 'activation', load: () => import('./activation/ActivationBench.svelte') },
  { id: 'softmax', op: 'softmax', load: () => import('./softmax/SoftmaxBench.svelte') },
  { id: 'pooling', op: 'pool', load: () => import('./pooling/PoolingBench.svelte') },
  { id: 'plane', op: 'activation', load: () => import('./plane/PlaneBench.svelte') },
  { id: 'shape', op: 'dense', load: () => import('./shape/ShapeBench.svelte') },
] as const satisfies readonly Bench[];
