/** Pooling of single maps, what it lets through backwards, and how much a move of the input changes. */
import type { Maps } from './correlate';
import type { Cell } from './pan';

export type PoolMode = 'max' | 'average';

/** One map, row by row. */
export interface Grid {
  data: ArrayLike<number>;
  height: number;
  width: number;
}

export interface Pooled {
  data: Float64Array;
  height: number;
  width: number;
  /** Of max pooling: the cell that each output came from, the first of equal ones, as in torch. */
  winners: readonly Cell[];
}

/** Windows of `side` by `side` without overlap; rows and columns that fill no window are left out. */
export function pooled(grid: Grid, side: number, mode: PoolMode): Pooled {
  const [height, width] = [Math.floor(grid.height / side), Math.floor(grid.width / side)];
  const data = new Float64Array(height * width);
  const winners: Cell[] = [];
  for (let index = 0; index < data.length; index++) {
    const [y, x] = [Math.floor(index / width) * side, (index % width) * side];
    const cells = windowCells(y, x, side);
    const values = cells.map((cell) => grid.data[cell.y * grid.width + cell.x] as number);
    const best = values.reduce((at, value, i) => (value > (values[at] as number) ? i : at), 0);
    if (mode === 'max') winners.push(cells[best] as Cell);
    data[index] =
      mode === 'max'
        ? (values[best] as number)
        : values.reduce((sum, value) => sum + value, 0) / values.length;
  }
  return { data, height, width, winners };
}

function windowCells(top: number, left: number, side: number): Cell[] {
  return Array.from({ length: side * side }, (_, i) => ({
    y: top + Math.floor(i / side),
    x: left + (i % side),
  }));
}

/** d(sum of the outputs)/d(input cell): the winner gets all, or each its equal share. */
export function poolSlopes(grid: Grid, side: number, mode: PoolMode): Float64Array {
  const slopes = new Float64Array(grid.height * grid.width);
  const { winners, height, width } = pooled(grid, side, mode);
  for (const { y, x } of winners) slopes[y * grid.width + x] = 1;
  if (mode === 'max') return slopes;
  for (let y = 0; y < height * side; y++) {
    for (let x = 0; x < width * side; x++) slopes[y * grid.width + x] = 1 / side ** 2;
  }
  return slopes;
}

/** Every map pooled, as `pooled` does it. */
export function pooledMaps(maps: Maps, side: number, mode: PoolMode): Maps {
  const [height, width] = [Math.floor(maps.height / side), Math.floor(maps.width / side)];
  const data = new Float64Array(maps.channels * height * width);
  for (let i = 0; i < data.length; i++) {
    const c = Math.floor(i / (height * width));
    const y = (Math.floor(i / width) % height) * side;
    const begin = (c * maps.height + y) * maps.width + (i % width) * side;
    data[i] = windowValue(maps, begin, side, mode);
  }
  return { data, channels: maps.channels, height, width };
}

function windowValue(maps: Maps, begin: number, side: number, mode: PoolMode): number {
  let [most, sum] = [-Infinity, 0];
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const value = maps.data[begin + row * maps.width + column] as number;
      most = Math.max(most, value);
      sum += value;
    }
  }
  return mode === 'max' ? most : sum / side ** 2;
}

/** The mean of each map: global average pooling. */
export function mapMeans({ data, channels, height, width }: Maps): Float64Array {
  const size = height * width;
  return Float64Array.from({ length: channels }, (_, c) => {
    let sum = 0;
    for (let i = 0; i < size; i++) sum += data[c * size + i] as number;
    return sum / size;
  });
}

/** The maps moved down by `dy` and right by `dx` cells; what comes in from outside is 0. */
export function moved({ data, channels, height, width }: Maps, dy: number, dx: number): Maps {
  const result = new Float64Array(channels * height * width);
  for (let c = 0; c < channels; c++) {
    for (let y = Math.max(0, dy); y < Math.min(height, height + dy); y++) {
      for (let x = Math.max(0, dx); x < Math.min(width, width + dx); x++) {
        const from = (c * height + y - dy) * width + x - dx;
        result[(c * height + y) * width + x] = data[from] as number;
      }
    }
  }
  return { data: result, channels, height, width };
}

/** |after - before| / |before|, Euclidean; 0 where nothing was there and nothing came. */
export function relativeChange(before: ArrayLike<number>, after: ArrayLike<number>): number {
  let [off, size] = [0, 0];
  for (let i = 0; i < before.length; i++) {
    off += ((after[i] as number) - (before[i] as number)) ** 2;
    size += (before[i] as number) ** 2;
  }
  return size > 0 ? Math.sqrt(off / size) : off > 0 ? Infinity : 0;
}

/** Largest difference of two stacks, `margin` cells away from every border. */
export function innerDifference(a: Maps, b: Maps, margin: number): number {
  let most = 0;
  for (let c = 0; c < a.channels; c++) {
    for (let y = margin; y < a.height - margin; y++) {
      for (let x = margin; x < a.width - margin; x++) {
        const at = (c * a.height + y) * a.width + x;
        most = Math.max(most, Math.abs((a.data[at] as number) - (b.data[at] as number)));
      }
    }
  }
  return most;
}
