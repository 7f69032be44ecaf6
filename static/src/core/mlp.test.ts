import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { activationNamed, Adam, forward, makeMlp, shareAt, slopes, type Mlp } from './mlp';
import { drawPoints, POINT_SETS } from './points';
import { makeRandom } from './random';

interface Numbers {
  weights: number[];
  biases: number[];
}
interface Case {
  sizes: number[];
  activation: string;
  xs: [number, number][];
  classes: number[];
  rate: number;
  begun: Numbers[];
  slopes: number[][];
  seen: [number, number][];
  ended: Numbers[];
  shares: number[];
}
const cases = JSON.parse(readFileSync('../tests/golden/mlp.json', 'utf8')) as Case[];

function netOf({ sizes, activation, begun }: Case): Mlp {
  const layers = begun.map(({ weights, biases }, i) => ({
    inputs: sizes[i] as number,
    outputs: sizes[i + 1] as number,
    weights: Float64Array.from(weights),
    biases: Float64Array.from(biases),
  }));
  return { layers, activation: activationNamed(activation) };
}

function expectNear(found: ArrayLike<number>, wanted: readonly number[]): void {
  expect(found.length).toBe(wanted.length);
  wanted.forEach((value, i) => expect(found[i]).toBeCloseTo(value, 9));
}

describe.each(cases.map((each) => [`${each.activation} ${each.sizes.join('-')}`, each] as const))(
  'the network %s',
  (_name, each) => {
    it('has the slopes of autograd', () => {
      const { gradient } = slopes(netOf(each), each);
      each.slopes.forEach((wanted, l) => expectNear(gradient[l]?.weights ?? [], wanted));
    });

    it("learns as under torch's Adam", () => {
      const net = netOf(each);
      const adam = new Adam(net);
      for (const [loss, accuracy] of each.seen) {
        const step = adam.step(each, each.rate);
        expect(step.loss).toBeCloseTo(loss, 9);
        expect(step.accuracy).toBe(accuracy);
      }
      net.layers.forEach((layer, l) => {
        expectNear(layer.weights, each.ended[l]?.weights ?? []);
        expectNear(layer.biases, each.ended[l]?.biases ?? []);
      });
      expectNear(
        each.xs.map((point) => shareAt(net, point)),
        each.shares,
      );
    });
  },
);

describe('a new network', () => {
  it('has as many numbers as its sizes say, within the bound of torch.nn.Linear', () => {
    const { layers } = makeMlp([2, 8, 2], 'relu', makeRandom(1));
    expect(layers.map(({ weights, biases }) => [weights.length, biases.length])).toEqual([
      [16, 8],
      [16, 2],
    ]);
    const most = layers.map(({ weights }) => Math.max(...weights.map(Math.abs)));
    expect(most[0]).toBeLessThanOrEqual(1 / Math.SQRT2);
    expect(most[1]).toBeLessThanOrEqual(1 / Math.sqrt(8));
  });

  it('is the same for the same seed', () => {
    const [a, b] = [1, 1].map((seed) => makeMlp([2, 4, 2], 'tanh', makeRandom(seed)));
    expect(a?.layers).toEqual(b?.layers);
  });
});

describe('why a network bends', () => {
  const trained = (set: 'ring' | 'xor', activation: string, seed: number, hidden = [8, 8]) => {
    const points = drawPoints(set, 200, 0, seed);
    const net = makeMlp([2, ...hidden, 2], activation, makeRandom(seed + 100));
    const adam = new Adam(net);
    for (let step = 0; step < 400; step++) adam.step(points, 0.02);
    return slopes(net, points).accuracy;
  };
  const seeds = [0, 1, 2, 3, 4];

  it.each(seeds)(
    'a ring stays unsolved without activation and is solved with ReLU, seed %i',
    (seed) => {
      expect(trained('ring', 'identity', seed)).toBeLessThanOrEqual(0.72);
      expect(trained('ring', 'relu', seed)).toBeGreaterThanOrEqual(0.98);
    },
  );

  it.each(seeds)('more layers without activation are one line still, seed %i', (seed) => {
    expect(trained('xor', 'identity', seed, [8, 8, 8])).toBeLessThanOrEqual(0.72);
    expect(trained('xor', 'relu', seed)).toBeGreaterThanOrEqual(0.97);
  });

  it('without activation the share depends on one weighted sum alone', () => {
    const net = makeMlp([2, 8, 8, 2], 'identity', makeRandom(3));
    const scores = (x: number, y: number) => {
      const logits = forward(net, [x, y]).at(-1)?.values ?? [];
      return (logits[1] as number) - (logits[0] as number);
    };
    const corners = scores(0.3, 0.2) + scores(-0.3, -0.2);
    expect(corners).toBeCloseTo(2 * scores(0, 0), 12);
  });
});

describe('drawn points', () => {
  it.each(POINT_SETS)('%s: both classes, within reach, the same for the same seed', (set) => {
    const { xs, classes } = drawPoints(set, 300, 0.02, 5);
    expect(new Set(classes)).toEqual(new Set([0, 1]));
    expect(Math.max(...xs.flat().map(Math.abs))).toBeLessThan(1.8);
    expect(drawPoints(set, 300, 0.02, 5)).toEqual({ xs, classes });
  });
});
