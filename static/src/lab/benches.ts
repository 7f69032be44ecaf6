/** The benches of the lab, in the order of the list: each is fetched when it is opened. */
import type { Component } from 'svelte';
import type { BenchId } from '../core/benchOps';
import type { App } from '../state/app.svelte';
import { part, type Part } from '../ui/part';

interface Code {
  default: Component<{ app: App }>;
}

interface Bench {
  /** In the address, and in the keys `lab.name.` and `lab.ask.` of its words. */
  id: BenchId;
  load: Part<Code>;
}

export const BENCHES = [
  { id: 'pixel', load: part(() => import('./pixel/PixelBench.svelte')) },
  { id: 'kernel', load: part(() => import('./kernel/KernelBench.svelte')) },
  { id: 'channels', load: part(() => import('./channels/ChannelsBench.svelte')) },
  { id: 'field', load: part(() => import('./field/FieldBench.svelte')) },
  { id: 'matrix', load: part(() => import('./matrix/MatrixBench.svelte')) },
  { id: 'parameters', load: part(() => import('./parameters/ParametersBench.svelte')) },
  { id: 'activation', load: part(() => import('./activation/ActivationBench.svelte')) },
  { id: 'softmax', load: part(() => import('./softmax/SoftmaxBench.svelte')) },
  { id: 'pooling', load: part(() => import('./pooling/PoolingBench.svelte')) },
  { id: 'plane', load: part(() => import('./plane/PlaneBench.svelte')) },
  { id: 'shape', load: part(() => import('./shape/ShapeBench.svelte')) },
] as const satisfies readonly Bench[];
