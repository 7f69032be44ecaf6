/** What the hand has chosen on the charts: it stays while the numbers change. */
import type { ChartShared, Span } from '../../../core/series';

const FIRST_SMOOTHING = 0.9;

export class ChartView implements ChartShared {
  cursor: number | null = $state(null);
  span: Span | null = $state.raw(null);
  smoothing = $state(FIRST_SMOOTHING);
}
