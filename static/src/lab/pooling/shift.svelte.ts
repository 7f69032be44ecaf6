/** The picture moved by whole cells in front of the first convolution, and what that changes. */
import { correlate, type Maps } from '../../core/correlate';
import { bytesBehind, type Planes } from '../../core/planes';
import { innerDifference, mapMeans, moved, pooledMaps, relativeChange } from '../../core/pooling';
import type { NodeInfo } from '../../core/types';
import type { App } from '../../state/app.svelte';
import type { Bench } from '../../state/bench.svelte';
import type { PoolingSettings } from './settings';

export const WINDOWS = [2, 3, 4, 5, 6, 7] as const;

interface Layer {
  input: Maps;
  run: (input: Maps) => Maps;
  kernel: number;
}

export class Shift {
  #app: App;
  #bench: Bench<PoolingSettings>;

  constructor(app: App, bench: Bench<PoolingSettings>) {
    this.#app = app;
    this.#bench = bench;
  }

  /** The first convolution that reads the picture itself, with stride 1. */
  node: NodeInfo | null = $derived.by(() => {
    const { nodes } = this.#app.look.card;
    const input = nodes.find(({ op }) => op === 'input')?.id;
    const found = nodes.find(({ op, inputs }) => op === 'conv' && inputs[0] === input);
    const isPlain =
      found?.geometry.kind === 'window' &&
      found.geometry.stride.every((step) => step === 1) &&
      found.geometry.dilation.every((step) => step === 1) &&
      (found.geometry.groups ?? 1) === 1;
    return isPlain && found ? found : null;
  });

  layer: Layer | null = $derived.by(() => this.#layer());

  #layer(): Layer | null {
    const { look } = this.#app;
    if (!this.node || this.node.geometry.kind !== 'window') return null;
    const input = look.node(this.node.inputs[0] as string);
    const values = look.exact.get(input.id);
    const weight = look.weights.get(this.node.weights['weight'] ?? '');
    const bias = look.weights.get(this.node.weights['bias'] ?? '');
    if (!values || !(weight?.data instanceof Float32Array)) return null;
    const [channels = 1, height = 1, width = 1] = input.shape;
    const { kernel, padding } = this.node.geometry;
    const axis = (i: number) => ({
      kernel: kernel[i] as number,
      stride: 1,
      padding: padding[i] as readonly [number, number],
    });
    const filters = {
      data: weight.data,
      out: this.node.shape[0] as number,
      bias: bias?.data instanceof Float32Array ? bias.data : null,
    };
    return {
      input: { data: values, channels, height, width },
      run: (maps) => correlate(maps, filters, [axis(0), axis(1)]),
      kernel: Math.max(...kernel),
    };
  }

  #moved = $derived.by(() => {
    const { dx, dy } = this.#bench.settings;
    return this.layer && moved(this.layer.input, dy, dx);
  });
  before = $derived.by(() => this.layer && bent(this.layer.run(this.layer.input)));
  after = $derived.by(() => this.layer && this.#moved && bent(this.layer.run(this.#moved)));
  #pools = $derived.by(() => {
    const before = this.before;
    return before && WINDOWS.map((side) => pooledMaps(before, side, 'max'));
  });

  /** The picture as it is moved, bytes. */
  picture = $derived.by((): Planes | null => {
    if (!this.#moved) return null;
    const { data, channels, height, width } = this.#moved;
    return bytesBehind(data, [channels, height, width], this.#app.look.card);
  });

  /** The channel looked at, one that is there. */
  channel = $derived.by(() => Math.min(this.#bench.settings.c, (this.before?.channels ?? 1) - 1));

  /** Relative change of the maps, of their pooled maps by window, and of their means. */
  changes = $derived.by(() => {
    const [before, after, pools] = [this.before, this.after, this.#pools];
    if (!before || !after || !pools) return null;
    return [
      relativeChange(before.data, after.data),
      ...WINDOWS.map((side, i) =>
        relativeChange((pools[i] as Maps).data, pooledMaps(after, side, 'max').data),
      ),
      relativeChange(mapMeans(before), mapMeans(after)),
    ];
  });

  means = $derived.by(() => this.before && mapMeans(this.before));
  meansAfter = $derived.by(() => this.after && mapMeans(this.after));

  /** conv(moved x) - moved(conv x), where no border reaches. */
  equivariance = $derived.by(() => {
    const { dx, dy } = this.#bench.settings;
    if (!this.before || !this.after || !this.layer) return null;
    const margin = Math.max(Math.abs(dx), Math.abs(dy)) + this.layer.kernel;
    return innerDifference(this.after, moved(this.before, dy, dx), margin);
  });
}

/** What ReLU makes of the maps. */
function bent(maps: Maps): Maps {
  return { ...maps, data: Float64Array.from(maps.data, (value) => Math.max(0, value)) };
}
