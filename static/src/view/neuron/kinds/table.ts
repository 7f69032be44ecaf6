/** Which view shows the inside of a node, by what it does and by its geometry. */
import type { Component } from 'svelte';
import type { NodeInfo, Op } from '../../../core/types';
import type { KindProps } from '../kind';
import Activation from './Activation.svelte';
import Add from './Add.svelte';
import Concat from './Concat.svelte';
import Dense from './Dense.svelte';
import Dropout from './Dropout.svelte';
import Flatten from './Flatten.svelte';
import Norm from './Norm.svelte';
import Other from './Other.svelte';
import Pool from './Pool.svelte';
import Softmax from './Softmax.svelte';

const KINDS: Readonly<Partial<Record<Op, Component<KindProps>>>> = {
  activation: Activation,
  pool: Pool,
  norm: Norm,
  dropout: Dropout,
  flatten: Flatten,
  dense: Dense,
  add: Add,
  concat: Concat,
  softmax: Softmax,
};

/** The view of a node that is no convolution; the honest one where its arithmetic is not stated. */
export function kindOf({ op, shape }: Pick<NodeInfo, 'op' | 'shape'>): Component<KindProps> {
  return (shape.length < 4 ? KINDS[op] : undefined) ?? Other;
}
