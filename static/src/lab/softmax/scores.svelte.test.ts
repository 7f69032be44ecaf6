import { describe, expect, it } from 'vitest';
import { decodeSettings, encodeSettings } from '../../core/settings';
import { largestOf, Scores } from './scores.svelte';
import { FARTHEST, MOST_CLASSES, SOFTMAX_TABLE, type SoftmaxSettings } from './settings';

/** A bench whose settings go through the text of an address at every change. */
function benchOf(text: string | null = null) {
  let settings = $state.raw(decodeSettings(SOFTMAX_TABLE, text));
  return {
    get settings() {
      return settings;
    },
    change(part: Partial<SoftmaxSettings>) {
      const said = encodeSettings(SOFTMAX_TABLE, { ...settings, ...part });
      settings = decodeSettings(SOFTMAX_TABLE, said);
    },
  };
}

describe('the scores on the bench', () => {
  it('measure the slope of the loss as the formula has it', () => {
    const scores = new Scores(benchOf('t:2,s:0.1'));
    scores.take([0.5, -2, 3, 1], [], 1);
    scores.gradient.forEach((slope, i) => expect(scores.measured[i]).toBeCloseTo(slope, 6));
  });

  it('give the right class the share that is asked for', () => {
    for (const [p, temperature] of [
      [0.9, 1],
      [0.25, 3],
      [0.001, 0.2],
    ] as const) {
      const scores = new Scores(benchOf(`t:${temperature}`));
      scores.reach(p);
      expect(scores.shares[scores.label]).toBeCloseTo(p, 10);
    }
  });

  it('keep a label that is there when classes are taken away', () => {
    const scores = new Scores(benchOf());
    scores.resize(2);
    expect([scores.count, scores.label]).toEqual([2, 1]);
    scores.resize(5);
    expect(scores.logits).toEqual([2, 1, 0, 0, 0]);
  });

  it('may be moved together until one is too far', () => {
    const scores = new Scores(benchOf());
    scores.add(FARTHEST - 2);
    expect([scores.mayAdd(5), scores.mayAdd(-5)]).toEqual([false, true]);
  });

  it('come through an address without a rounding', () => {
    const scores = new Scores(benchOf());
    scores.take([Math.PI, -1 / 3, 1e-9]);
    const before = scores.shares;
    scores.add(5);
    scores.shares.forEach((share, i) => expect(share).toBeCloseTo(before[i] as number, 14));
  });

  it.each(['z:5', 'z:1/x', `z:1/${FARTHEST + 1}`, 'y:99'])(
    'of a wrong address (%s) are the first',
    (text) => {
      expect(new Scores(benchOf(text)).logits).toEqual([2, 1, 0]);
    },
  );

  it('are the largest of many, from high to low', () => {
    const logits = Array.from({ length: 30 }, (_, i) => (i * 7) % 30);
    const kept = largestOf(logits);
    expect(kept.map((i) => logits[i])).toEqual([29, 28, 27, 26, 25, 24, 23, 22, 21, 20]);
    expect(kept.length).toBe(MOST_CLASSES);
  });
});
