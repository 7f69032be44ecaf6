/** The walk of the learning-rate finder as a curve: loss over the logarithm of the rate. */
import type { FinderEvent } from './run';

export interface FinderCurve {
  /** An SVG path; it breaks where a loss was not a number. */
  path: string;
  /** Where the loss falls steepest; null when that is not known. */
  steepest: number | null;
  /** The smallest and the largest rate that was tried. */
  rates: readonly [number, number];
}

/** Losses above this many times the lowest would press the rest flat. */
const CEILING = 4;

export function finderCurve(
  { points, steepest }: Pick<FinderEvent, 'points' | 'steepest'>,
  width: number,
  height: number,
): FinderCurve | null {
  const rates = points.flatMap(([rate]) => (rate !== null && rate > 0 ? [rate] : []));
  const losses = points.flatMap(([, loss]) => (loss === null ? [] : [loss]));
  const [first, last] = [rates[0], rates.at(-1)];
  if (first === undefined || last === undefined || last <= first || losses.length === 0)
    return null;
  const low = Math.min(...losses);
  const high = Math.max(low + 1e-9, Math.min(Math.max(...losses), CEILING * Math.max(low, 1e-9)));
  const x = (rate: number) => (Math.log(rate / first) / Math.log(last / first)) * width;
  const y = (loss: number) => height * (1 - Math.min(1, (loss - low) / (high - low)));
  let isDrawing = false;
  const parts = points.map(([rate, loss]) => {
    const isThere = rate !== null && rate > 0 && loss !== null;
    const part = isThere
      ? `${isDrawing ? 'L' : 'M'}${x(rate).toFixed(1)} ${y(loss).toFixed(1)}`
      : '';
    isDrawing = isThere;
    return part;
  });
  return {
    path: parts.join(''),
    steepest: steepest === null ? null : x(steepest),
    rates: [first, last],
  };
}
