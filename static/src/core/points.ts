/** Points in the plane, two classes, mostly within -1 to 1; twin in spirit of server/data/points.py. */
import type { Points } from './mlp';
import { makeRandom, normal } from './random';

export const POINT_SETS = ['ring', 'xor', 'blobs', 'spiral'] as const;
export type PointSet = (typeof POINT_SETS)[number];

type Random = () => number;
type Maker = (index: number, random: Random) => readonly [readonly [number, number], number];

const turned = (radius: number, angle: number) =>
  [radius * Math.cos(angle), radius * Math.sin(angle)] as const;

const MAKERS: Readonly<Record<PointSet, Maker>> = {
  ring: (index, random) => {
    const kind = index % 2;
    return [turned(random() * 0.4 + kind * 0.6, random() * 2 * Math.PI), kind];
  },
  xor: (_, random) => {
    const [x, y] = [random() * 2 - 1, random() * 2 - 1];
    return [[x, y], Number(x * y > 0)];
  },
  blobs: (index, random) => {
    const kind = index % 2;
    const near = () => kind - 0.5 + 0.2 * normal(random);
    return [[near(), near()], kind];
  },
  spiral: (index, random) => {
    const kind = index % 2;
    const way = random();
    return [turned(way, way * 1.75 * 2 * Math.PI + kind * Math.PI), kind];
  },
};

/** `count` points of a set; `noise` is the spread of what is added to both coordinates. */
export function drawPoints(set: PointSet, count: number, noise: number, seed: number): Points {
  const random = makeRandom(seed);
  const drawn = Array.from({ length: count }, (_, index) => {
    const [[x, y], kind] = MAKERS[set](index, random);
    return [[x + noise * normal(random), y + noise * normal(random)] as const, kind] as const;
  });
  return { xs: drawn.map(([point]) => point), classes: drawn.map(([, kind]) => kind) };
}
