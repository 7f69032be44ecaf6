/** Formulas as mathematics writes them, in every language. */

export const DOT_PRODUCT = 'w · x';
export const BIASED = '+ b =';
export const FLAT_INDEX = 'c · H · W + y · W + x';
export const NORM = 'y = (x − μ) / √(σ² + ε) · γ + β';
export const TIMES_X = '· x';
export const OF_X = '(x) =';
export const [EXP, MAX, MINUS_LN] = ['exp', 'max', '−ln'] as const;
