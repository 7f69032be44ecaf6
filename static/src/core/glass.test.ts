import { describe, expect, it } from 'vitest';
import type { GlassNumbers } from './frame';
import { coordinates, flatIndex, glassLines } from './glass';

const [w, g, rate, decay, keep] = [0.5, -0.2, 0.1, 0.01, 0.9];
const glass = (rule: string, state: Readonly<Record<string, number>> = {}): GlassNumbers => ({
  name: 'conv1.weight',
  index: 0,
  value: w,
  gradient: g,
  state,
  rate,
  update: null,
  next: null,
  rule,
  done: true,
});
const rule = { momentum: keep, decay: 0 };
const results = (numbers: GlassNumbers, of = rule) =>
  Object.fromEntries(glassLines(numbers, of).map(({ symbol, result }) => [symbol, result]));

describe('one weight under the glass', () => {
  it('under SGD goes against its gradient', () => {
    expect(results(glass('sgd'))['w′']).toBeCloseTo(w - rate * g, 12);
  });

  it('under weight decay has a gradient that pulls it to zero', () => {
    const found = results(glass('sgd'), { ...rule, decay });
    expect(found['g′']).toBeCloseTo(g + decay * w, 12);
    expect(found['w′']).toBeCloseTo(w - rate * (g + decay * w), 12);
  });

  it('under momentum goes along its speed, and with Nesterov one step ahead', () => {
    const v = keep * 0.3 + g;
    expect(results(glass('momentum', { momentum_buffer: v }))['w′']).toBeCloseTo(w - rate * v, 12);
    const ahead = g + keep * v;
    const found = results(glass('nesterov', { momentum_buffer: v }));
    expect(found['w′']).toBeCloseTo(w - rate * ahead, 12);
  });

  it('shows the speed before the step, worked back', () => {
    const v = keep * 0.3 + g;
    const line = glassLines(glass('momentum', { momentum_buffer: v }), rule)[0];
    expect(line).toMatchObject({ formula: '0.9·v + g', numbers: '0.9 × 0.300 + −0.200' });
  });

  it('under RMSprop is divided by the root of its mean square', () => {
    const s = 0.99 * 0.02 + 0.01 * g * g;
    const wanted = w - (rate * g) / (Math.sqrt(s) + 1e-8);
    expect(results(glass('rmsprop', { square_avg: s }))['w′']).toBeCloseTo(wanted, 12);
  });

  // D. P. Kingma and J. Ba, "Adam", 2015, algorithm 1; AdamW: I. Loshchilov and F. Hutter, 2019.
  it.each(['adam', 'adamw'])('under %s goes by its moments without bias', (name) => {
    const [m, s, t] = [0.9 * 0.1 + 0.1 * g, 0.999 * 0.03 + 0.001 * g * g, 7];
    const step = m / (1 - 0.9 ** t) / (Math.sqrt(s / (1 - 0.999 ** t)) + 1e-8);
    const found = results(glass(name, { step: t, exp_avg: m, exp_avg_sq: s }), {
      ...rule,
      decay: name === 'adamw' ? decay : 0,
    });
    const shrink = name === 'adamw' ? rate * decay * w : 0;
    expect(found['Δw']).toBeCloseTo(-rate * step - shrink, 12);
    expect(found['w′']).toBeCloseTo(w - rate * step - shrink, 12);
  });

  it('without a gradient has nothing to work out', () => {
    expect(glassLines({ ...glass('adam'), gradient: null }, rule)).toEqual([]);
  });

  it('is found by its place along each side', () => {
    const shape = [4, 3, 5, 5];
    for (const index of [0, 7, 76, 299]) {
      expect(flatIndex(coordinates(index, shape), shape)).toBe(index);
    }
    expect(coordinates(76, shape)).toEqual([1, 0, 0, 1]);
  });
});
