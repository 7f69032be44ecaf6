/** A colour as a colour field writes it. */

/** "#rrggbb" of red, green and blue from 0 to 1. */
export function toHex(colour: readonly number[]): string {
  const parts = [0, 1, 2].map((c) => Math.round(255 * Math.min(1, Math.max(0, colour[c] ?? 0))));
  return `#${parts.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}

/** Red, green and blue from 0 to 1 of "#rrggbb". */
export function fromHex(text: string): number[] {
  return [1, 3, 5].map((at) => parseInt(text.slice(at, at + 2), 16) / 255);
}
