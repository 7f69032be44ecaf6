/** A cell of the confusion matrix in words. */
import type { ConfusionMode } from '../../../core/confusion';
import { formatCount, formatPercent } from '../../../core/numbers';

/** Counts as they are, shares in percent, changes with their sign; nothing where nothing is known. */
export function writeCell(value: number, mode: ConfusionMode): string {
  if (Number.isNaN(value)) return '';
  if (mode === 'share') return formatPercent(value);
  return mode === 'change' && value > 0 ? `+${formatCount(value)}` : formatCount(value);
}

/** The same where room is short: whole percents, nothing for zero. */
export function writeShort(value: number, mode: ConfusionMode): string {
  if (value === 0) return '';
  return mode === 'share' && !Number.isNaN(value)
    ? String(Math.round(100 * value))
    : writeCell(value, mode);
}
