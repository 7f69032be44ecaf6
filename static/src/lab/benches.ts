/** The benches of the lab, in the order of the list: each is fetched when it is opened. */
import type { Component } from 'svelte';
import type { BenchId } from '../core/benchOps';
import type { App } from '../state/app.svelte';

interface Bench {
  /** In the address, and in the keys `lab.name.` and `lab.ask.` of its words. */
  id: BenchId;
  load: () => Promise<{ default: Component<{ app: App }> }>;
}

export const BENCHES = [
  { id: 'pixel', load: () => import('./pixel/PixelBench.svelte') },
  { id: 'kernel', load: () => import('./kernel/KernelBench.svelte') },
  { id: 'channels', load: () => import('./channels/ChannelsBench.svelte') },
  { id: 'field', load: () => import('./field/FieldBench.svelte') },
  { id: 'matrix', load: () => import('./matrix/MatrixBench.svelte') },
  { id: 'parameters', load: () => import('./parameters/ParametersBench.svelte') },
  { id: 'activation', load: () => import('./activation/ActivationBench.svelte') },
  { id: 'softmax', load: () => import('./softmax/SoftmaxBench.svelte') },
  { id: 'pooling', load: () => import('./pooling/PoolingBench.svelte') },
  { id: 'plane', load: () => import('./plane/PlaneBench.svelte') },
  { id: 'shape', load: () => import('./shape/ShapeBench.svelte') },
] as const satisfies readonly Bench[];
