/**
 * Milliseconds until the next beat of so many: views that are drawn at a pace share its beats, so
 * that what they change is laid out and painted once.
 */
export function untilBeat(everyMs: number, now_ms: number): number {
  return everyMs - (now_ms % everyMs);
}
