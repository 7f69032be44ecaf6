/** What the units of a dense layer and the classes of a softmax are called. */
import type { NodeInfo } from '../../../core/types';
import { named, t } from '../../../i18n/i18n.svelte';
import type { Look } from '../../../state/look.svelte';

/** True where a node's numbers stand for classes: a last softmax, and the logits that it reads. */
export function isClasses(look: Look, { id, op }: NodeInfo): boolean {
  const last = look.card.nodes.at(-1);
  return last?.op === 'softmax' && (op === 'softmax' ? last.id === id : last.inputs.includes(id));
}

/** The class in the language of the page, or the unit's number. */
export function unitName(look: Look, node: NodeInfo, index: number): string {
  const label = isClasses(look, node) ? look.card.labels[index] : undefined;
  return label ? named(label) : t('neuron.kind.unit', { index });
}
