/** One weight's update written out: the optimiser's rule with its numbers put in. */
import { formatNumber, MINUS } from './numbers';
import type { GlassNumbers } from './frame';

/** One step of the arithmetic: what is worked out, by which formula, with these numbers. */
export interface GlassLine {
  symbol: string;
  formula: string;
  numbers: string;
  /** In full precision. */
  result: number;
}

export interface RuleNumbers {
  momentum: number;
  /** Weight decay. */
  decay: number;
}

// The defaults of torch.optim, which the server uses.
const BETAS = [0.9, 0.999] as const;
const ALPHA = 0.99;
const EPSILON = 1e-8;

type Known = GlassNumbers & { value: number; gradient: number; rate: number };

/** The lines of the arithmetic; empty where a number is missing, as in a frozen weight. */
export function glassLines(glass: GlassNumbers, rule: RuleNumbers): GlassLine[] {
  const { value, gradient, rate } = glass;
  if (value === null || gradient === null || rate === null) return [];
  const known: Known = { ...glass, value, gradient, rate };
  const isDecoupled = glass.rule === 'adamw';
  const lines: GlassLine[] = [];
  let g = gradient;
  if (rule.decay > 0 && !isDecoupled) {
    g += rule.decay * value;
    const numbers = `${n(gradient)} + ${c(rule.decay)} × ${n(value)}`;
    lines.push({ symbol: 'g′', formula: 'g + λ·w', numbers, result: g });
  }
  const name = lines.length > 0 ? 'g′' : 'g';
  const [more, step] = (RULES[glass.rule] ?? plain)({ ...known, gradient: g }, name, rule);
  return [...lines, ...more, ...moves(known, step, isDecoupled ? rule.decay : 0)];
}

/** What the weight is moved along, times the rate. */
interface Step {
  symbol: string;
  numbers: string;
  result: number;
}

type Rule = (glass: Known, g: string, rule: RuleNumbers) => [GlassLine[], Step];

const n = (value: number) => formatNumber(value);
/** A constant of the rule as people write it: 0.9, 0.001. */
const c = (value: number) => String(Number(value.toPrecision(6)));

/** A sum or a difference with its second term's sign where it belongs. */
function minus(first: string, second: number): string {
  return second < 0 ? `${first} + ${n(-second)}` : `${first} ${MINUS} ${n(second)}`;
}

const plain: Rule = ({ gradient }, g) => [
  [],
  { symbol: g, numbers: n(gradient), result: gradient },
];

/** A running mean: what it was before is worked back from what it is. */
function mean(
  symbol: string,
  now: number,
  [keep, take]: readonly [number, number],
  [word, fresh]: readonly [string, number],
): GlassLine {
  const past = keep > 0 ? (now - take * fresh) / keep : 0;
  const weight = (part: number) => (part === 1 ? '' : `${c(part)} × `);
  const formula = `${c(keep)}·${symbol} + ${take === 1 ? '' : `${c(take)}·`}${word}`;
  const numbers = `${weight(keep)}${n(past)} + ${weight(take)}${n(fresh)}`;
  return { symbol, formula, numbers, result: now };
}

const momentum: Rule = ({ gradient, state, rule: name }, g, { momentum: keep }) => {
  const now = state['momentum_buffer'] ?? gradient;
  const v = mean('v', now, [keep, 1], [g, gradient]);
  if (name !== 'nesterov') return [[v], { symbol: 'v', numbers: n(now), result: now }];
  const ahead = gradient + keep * now;
  const numbers = `${n(gradient)} + ${c(keep)} × ${n(now)}`;
  const u = { symbol: 'u', formula: `${g} + ${c(keep)}·v`, numbers, result: ahead };
  return [[v, u], { symbol: 'u', numbers: n(ahead), result: ahead }];
};

const rmsprop: Rule = ({ gradient, state }, g) => {
  const now = state['square_avg'] ?? (1 - ALPHA) * gradient ** 2;
  const s = mean('s', now, [ALPHA, 1 - ALPHA], [`${g}²`, gradient ** 2]);
  const result = gradient / (Math.sqrt(now) + EPSILON);
  const numbers = `${n(gradient)} / (√${n(now)} + ε)`;
  const u = { symbol: 'u', formula: `${g} / (√s + ε)`, numbers, result };
  return [[s, u], { symbol: 'u', numbers: n(result), result }];
};

const adam: Rule = ({ gradient, state }, g) => {
  const [one, two] = BETAS;
  const step = state['step'] ?? 1;
  const first = state['exp_avg'] ?? (1 - one) * gradient;
  const second = state['exp_avg_sq'] ?? (1 - two) * gradient ** 2;
  const unbias = (symbol: string, of: string, value: number, beta: number): GlassLine => ({
    symbol,
    formula: `${of} / (1 ${MINUS} ${c(beta)}^${step})`,
    numbers: `${n(value)} / ${n(1 - beta ** step)}`,
    result: value / (1 - beta ** step),
  });
  const lines = [
    mean('m', first, [one, 1 - one], [g, gradient]),
    mean('s', second, [two, 1 - two], [`${g}²`, gradient ** 2]),
    unbias('m̂', 'm', first, one),
    unbias('ŝ', 's', second, two),
  ];
  const [m, s] = [lines[2]?.result ?? 0, lines[3]?.result ?? 0];
  const result = m / (Math.sqrt(s) + EPSILON);
  const numbers = `${n(m)} / (√${n(s)} + ε)`;
  lines.push({ symbol: 'u', formula: 'm̂ / (√ŝ + ε)', numbers, result });
  return [lines, { symbol: 'u', numbers: n(result), result }];
};

const RULES: Readonly<Record<string, Rule>> = {
  momentum,
  nesterov: momentum,
  rmsprop,
  adam,
  adamw: adam,
};

/** The update, and the weight after it; `decay` is what AdamW takes from the weight itself. */
function moves({ value, rate }: Known, step: Step, decay: number): GlassLine[] {
  const update = -rate * step.result - rate * decay * value;
  const shrink = decay > 0 ? ` ${MINUS} η·λ·w` : '';
  const shrunk = decay > 0 ? ` ${MINUS} ${n(rate)} × ${c(decay)} × ${n(value)}` : '';
  return [
    {
      symbol: 'Δw',
      formula: `${MINUS}η·${step.symbol}${shrink}`,
      numbers: `${MINUS}${n(rate)} × ${step.numbers}${shrunk}`,
      result: update,
    },
    {
      symbol: 'w′',
      formula: 'w + Δw',
      numbers: minus(n(value), -update),
      result: value + update,
    },
  ];
}

/** Indices along each side of the place in a parameter's flat numbers. */
export function coordinates(index: number, shape: readonly number[]): number[] {
  const places: number[] = [];
  let rest = index;
  for (const size of shape.toReversed()) {
    places.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return places;
}

/** The place in the flat numbers of indices along each side. */
export function flatIndex(places: readonly number[], shape: readonly number[]): number {
  return shape.reduce((index, size, side) => index * size + (places[side] ?? 0), 0);
}
