/** Numbers as people read them: 3 significant digits, a true minus sign, thin grouping. */

export type Locale = 'en' | 'zh';

export const MINUS = '\u2212';
/** Narrow no-break space: groups the thousands of counts. */
const THIN = '\u202f';

/** From here on, and below SMALL, a power of ten is written out: 1.23e+5 stands for 1.23 times 10^5. */
const LARGE = 100_000;
const SMALL = 0.0001;

/**
 * A value in `digits` significant digits: −0.412, 12.3, 1235, 1.23e−5, 4.56e+7. Whole parts below
 * 100,000 are never cut, zero is "0", trailing zeros stay so that columns line up.
 */
export function formatNumber(value: number, digits = 3): string {
  if (!Number.isFinite(value)) return formatSpecial(value);
  if (value === 0) return '0';
  const size = Number(Math.abs(value).toPrecision(digits));
  if (size >= LARGE || size < SMALL) return signed(value, exponential(Math.abs(value), digits));
  const whole = size >= 10 ** digits;
  const text = whole ? Math.abs(value).toFixed(0) : decimal(size, digits);
  return signed(value, text);
}

/** As `formatNumber`, but whole numbers stay as short as they are: 0, 1, −12. */
export function formatShort(value: number, digits = 3): string {
  const isPlain = Number.isInteger(value) && Math.abs(value) < LARGE;
  return isPlain ? signed(value, String(Math.abs(value))) : formatNumber(value, digits);
}

/** A number as it follows a sum: + 0.180, − 0.680. */
/** Three digits with a plus sign where it is above zero: a change. */
export function formatChange(value: number): string {
  return `${value > 0 ? '+' : ''}${formatNumber(value)}`;
}

export function formatAdded(value: number): string {
  return `${value < 0 ? MINUS : '+'} ${formatNumber(Math.abs(value))}`;
}

/**
 * A value in at most `length` characters, for squares: two significant digits, else one, else a power
 * of ten: −0.093, −0.006, 1e−4.
 */
export function formatSquare(value: number, length = 6): string {
  const texts = [2, 1].map((digits) => formatNumber(value, digits));
  const found = texts.find((text) => text.length <= length);
  return found ?? signed(value, exponential(Math.abs(value), 1));
}

/** The shortest decimal number that is the same float32: what torch holds, without noise digits. */
export function formatFull(value: number): string {
  if (!Number.isFinite(value)) return formatSpecial(value);
  const target = Math.fround(value);
  for (let digits = 1; digits <= 9; digits++) {
    const shorter = Number(target.toPrecision(digits));
    if (Math.fround(shorter) === target) return trueMinus(String(shorter));
  }
  return trueMinus(String(target));
}

/** A whole number with thin groups of three: 19 920. */
export function formatCount(count: number): string {
  if (!Number.isFinite(count)) return formatSpecial(count);
  const digits = Math.round(Math.abs(count)).toString();
  return signed(count, digits.replace(/\B(?=(\d{3})+$)/g, THIN));
}

/**
 * A share of 1 as a percentage with one decimal. What is not quite 0 or 1 never says that it is:
 * <0.1% and >99.9%.
 */
export function formatPercent(share: number): string {
  if (!Number.isFinite(share)) return formatSpecial(share);
  if (share === 0 || share === 1) return `${share * 100}%`;
  if (share > 0 && share < 0.001) return '<0.1%';
  if (share > 0.999 && share < 1) return '>99.9%';
  return `${trueMinus((share * 100).toFixed(1))}%`;
}

/** A shape as "64 × 64 × 10". */
export function formatShape(shape: readonly number[]): string {
  return shape.map(String).join(`${THIN}×${THIN}`);
}

function decimal(size: number, digits: number): string {
  const exponent = Math.floor(Math.log10(size) + 1e-12);
  return size.toFixed(Math.max(0, digits - 1 - exponent));
}

function exponential(size: number, digits: number): string {
  return size.toExponential(digits - 1).replace('-', MINUS);
}

function signed(value: number, text: string): string {
  return value < 0 && /[1-9]/.test(text) ? MINUS + text : text;
}

function trueMinus(text: string): string {
  return text.replace(/-/g, MINUS);
}

function formatSpecial(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  return value > 0 ? '∞' : `${MINUS}∞`;
}
