/** A convolution taken apart as state: its product maps, their order, and what is shown of them. */
import { planConvolution, type ConvPlan } from '../../../core/convRoom';
import type { ConvScene } from '../../../core/convWindow';
import { floats, symmetricRange, type Kernel } from '../../../core/kernels';
import type { CellBox } from '../../../core/layout';
import {
  contrastRange,
  productsOf,
  shareOf,
  strongestFirst,
  type Products,
  type Size,
} from '../../../core/products';
import type { NodeInfo, Range, WindowGeometry } from '../../../core/types';
import type { CanvasProps } from '../kind';

type Cell = { y: number; x: number };
type Given = Pick<CanvasProps, 'look' | 'node' | 'channel' | 'cell' | 'stage'>;

/** A channel that is shown: what it brings to the cell under the window. */
export interface Row {
  channel: number;
  kernel: Kernel;
  map: Float32Array;
  /** Its place among all input channels of the filter. */
  place: number;
}

export class Parts {
  #given: () => Given;
  /** The first of the strongest channels that is shown. */
  first = $state(0);

  node: NodeInfo = $derived.by(() => this.#given().node);
  input: NodeInfo = $derived.by(() => this.#given().look.node(this.node.inputs[0] as string));
  geometry = $derived(this.node.geometry as WindowGeometry);
  products: Products | null = $derived.by(() => {
    const { look, channel } = this.#given();
    const values = look.exact.get(this.input.id);
    return productsOf(this.node, this.input, channel, { values, weights: look.weights });
  });
  /** All channels, strongest first: at the chosen cell where some are left out, else on the whole. */
  order: readonly number[] = $derived.by(() => {
    if (!this.products) return [];
    const { cell } = this.#given();
    const isCut = this.products.inputs.length > this.#room;
    return strongestFirst(isCut && cell ? this.at(cell) : this.products.means);
  });
  #cells: readonly CellBox[] = $derived.by(() => this.#given().stage.cellsOf(this.input.id));
  #room = $derived(this.#cells.length);
  rows: readonly Row[] = $derived.by(() => {
    const { products } = this;
    if (!products) return [];
    return this.order.slice(this.first, this.first + this.#room).map((place) => ({
      place,
      channel: products.inputs[place] as number,
      kernel: products.filter.kernels[place] as Kernel,
      map: products.maps[place] as Float32Array,
    }));
  });
  /** The order of the whole column: the shown channels, then all others. */
  ranking: readonly number[] = $derived.by(() => {
    const shown = this.rows.map(({ channel }) => channel);
    const total = this.input.shape[0] as number;
    const others = Array.from({ length: total }, (_, c) => c).filter((c) => !shown.includes(c));
    return [...shown, ...others];
  });
  /** Ends of the colours of the product maps, and of all kernels of the layer. */
  range: Range = $derived.by(() => contrastRange(this.rows.map(({ map }) => map)));
  weights: Range = $derived.by(() => {
    const { look } = this.#given();
    return symmetricRange(floats(look.weights.get(this.node.weights['weight'] ?? '')) ?? []);
  });
  out: Size = $derived.by(() => sizeOf(this.node));
  scene: ConvScene | null = $derived.by(() => {
    const { stage, channel } = this.#given();
    const { plan: room, layout } = stage;
    const kernel = this.products?.filter.kernels[0];
    const shown = new Set(this.rows.map((row) => row.channel));
    const sources = this.#cells.filter((box) => shown.has(box.channel));
    if (!room || !kernel || sources.length === 0) return null;
    const target = stage.cellsOf(this.node.id).find((box) => box.channel === channel) ?? null;
    const plan: ConvPlan = planConvolution({
      ...{ mode: layout.mode, room: room.box, sources, kernel, out: this.out },
    });
    const { geometry, out } = this;
    return { plan, geometry, input: sizeOf(this.input), out, target };
  });

  constructor(given: () => Given) {
    this.#given = given;
  }

  /** What every channel brings to an output cell, in the order of the kernels. */
  at({ y, x }: Cell): number[] {
    return this.products?.maps.map((map) => map[y * this.out.width + x] as number) ?? [];
  }

  /** What the channels that are not shown bring to a cell together; null where all are shown. */
  rest(cell: Cell): number | null {
    const shown = new Set(this.rows.map(({ place }) => place));
    const left = this.at(cell).filter((_, place) => !shown.has(place));
    return left.length > 0 ? left.reduce((sum, value) => sum + value, 0) : null;
  }

  /** Share of what is added up that the shown channels make: at a cell, or on the whole map. */
  share(cell: Cell | null): number {
    const sizes = cell ? this.at(cell) : (this.products?.means ?? []);
    return shareOf(
      sizes,
      this.rows.map(({ place }) => place),
    );
  }
}

function sizeOf({ shape }: NodeInfo): Size {
  return { height: shape[1] as number, width: shape[2] as number };
}
