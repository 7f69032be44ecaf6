/** How well two colours can be told apart, and what colour-blind eyes see of them. */

import type { Matrix, Rgb } from './colourspace';
import { apply, fromLinear, toLinear } from './colourspace';

// Machado, Oliveira and Fernandes 2009, table for deuteranomaly of severity 1.0, on linear light.
const DEUTERANOPIA: Matrix = [
  [0.367322, 0.860646, -0.227968],
  [0.280085, 0.672501, 0.047413],
  [-0.01182, 0.04294, 0.968881],
];

/** What a person without M cones sees of a colour: sRGB 0-255 -> sRGB 0-255 (Machado et al. 2009). */
export function simulateDeuteranopia(rgb: Rgb): Rgb {
  return fromLinear(apply(DEUTERANOPIA, toLinear(rgb)));
}

/** Relative luminance, 0 to 1 (WCAG 2.2). */
export function luminance(rgb: Rgb): number {
  const [r, g, b] = toLinear(rgb);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** Contrast ratio of two colours, 1 to 21 (WCAG 2.2). */
export function contrast(a: Rgb, b: Rgb): number {
  const [la, lb] = [luminance(a) + 0.05, luminance(b) + 0.05];
  return Math.max(la, lb) / Math.min(la, lb);
}
