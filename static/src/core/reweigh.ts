/** A weight tensor with some of its numbers changed. */
import type { Edit } from './edits';
import type { Tensor } from './wire';

/** The tensor itself where none of the edits is of it; never written into. */
export function reweighed(tensor: Tensor, name: string, edits: readonly Edit[]): Tensor {
  const own = edits.flatMap((edit) => (edit.kind === 'weight' && edit.name === name ? [edit] : []));
  if (own.length === 0 || !(tensor.data instanceof Float32Array)) return tensor;
  const data = tensor.data.slice();
  for (const { index, value } of own) data[placeOf(index, tensor.shape)] = value;
  return { ...tensor, data } as Tensor;
}

/** Where an index lies among the numbers of a shape, last axis fastest. */
export function placeOf(index: readonly number[], shape: readonly number[]): number {
  return shape.reduce((at, size, axis) => at * size + (index[axis] ?? 0), 0);
}

/** The index of a place among the numbers of a shape. */
export function indexOf(place: number, shape: readonly number[]): number[] {
  let rest = place;
  const found = shape.toReversed().map((size) => {
    const at = rest % size;
    rest = Math.floor(rest / size);
    return at;
  });
  return found.reverse();
}
