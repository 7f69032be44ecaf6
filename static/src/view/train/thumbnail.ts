/** Small pictures of a run's data set. */
import { DIVIDING, queryOf } from '../../core/dataset';
import type { Options, StartedEvent } from '../../core/run';
import { picturePath } from '../../io/runs';

/** The address of a picture by its number; none for points of the plane, which have no picture. */
export function thumbnailOf(
  options: Options,
  started: StartedEvent | null | undefined,
): (id: number) => string | null {
  const input = started?.nodes.find(({ op }) => op === 'input');
  const data = options['data'];
  if (typeof data !== 'string' || !input || input.shape.length < 3) return () => null;
  // Pictures that are generated depend on how.
  const query = queryOf(options, DIVIDING).toString();
  return (id) => `${picturePath(data, id)}${query ? `?${query}` : ''}`;
}
