/** What is known of a network and its trace, as the arithmetic asks for it. */
import type { Source } from '../core/arithmetic';
import { scaleOf } from '../core/edits';
import { floats } from '../core/kernels';
import type { Look } from './look.svelte';

export function sourceOf(look: Look): Source {
  return {
    node: (id) => look.node(id),
    values: (id) => look.exact.get(id),
    weight: (name) => {
      const tensor = look.weights.get(name);
      const data = floats(tensor);
      return tensor && data ? { data, shape: tensor.shape } : undefined;
    },
    scale: (id, channel) => scaleOf(look.trace?.header.edits ?? [], id, channel),
  };
}
