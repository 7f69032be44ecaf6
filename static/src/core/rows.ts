/** Rows of numbers that only grow, column by column in typed arrays: the memory of a run's charts. */

const FIRST_CAPACITY = 1024;

/** Columns of equal length, by name. */
export type Columns<Name extends string> = Readonly<Record<Name, Float64Array>>;

export class Rows<Name extends string> {
  readonly names: readonly Name[];
  length = 0;
  #columns: Record<Name, Float64Array>;
  #capacity = FIRST_CAPACITY;

  constructor(names: readonly Name[]) {
    this.names = names;
    this.#columns = this.#make(() => new Float64Array(FIRST_CAPACITY));
  }

  #make(column: (name: Name) => Float64Array): Record<Name, Float64Array> {
    const entries = this.names.map((name) => [name, column(name)] as const);
    return Object.fromEntries(entries) as Record<Name, Float64Array>;
  }

  /** Adds a row; what is null was not a finite number. */
  push(row: Readonly<Record<Name, number | null>>): void {
    if (this.length === this.#capacity) this.#grow(this.length + 1);
    for (const name of this.names) this.#columns[name][this.length] = row[name] ?? NaN;
    this.length++;
  }

  /** The last number of a column. */
  last(name: Name): number | undefined {
    return this.length === 0 ? undefined : this.#columns[name][this.length - 1];
  }

  /** Adds whole columns of equal length; the first are kept as they are, without a copy. */
  append(columns: Columns<Name>, count: number): void {
    if (this.length === 0 && count > this.#capacity) {
      this.#columns = this.#make((name) => columns[name].subarray(0, count));
      this.length = this.#capacity = count;
      return;
    }
    if (this.length + count > this.#capacity) this.#grow(this.length + count);
    for (const name of this.names) {
      this.#columns[name].set(columns[name].subarray(0, count), this.length);
    }
    this.length += count;
  }

  /** Leaves out every second row; views that were taken keep theirs. */
  halve(): void {
    const old = this.#columns;
    const half = Math.ceil(this.length / 2);
    this.#columns = this.#make((name) => {
      const column = new Float64Array(this.#capacity);
      for (let i = 0; i < half; i++) column[i] = old[name][2 * i] as number;
      return column;
    });
    this.length = half;
  }

  #grow(wanted: number): void {
    while (this.#capacity < wanted) this.#capacity *= 2;
    const old = this.#columns;
    this.#columns = this.#make((name) => {
      const column = new Float64Array(this.#capacity);
      column.set(old[name]);
      return column;
    });
  }

  /** The rows until now, as views: what comes later does not change them. */
  view(): Columns<Name> {
    return this.#make((name) => this.#columns[name].subarray(0, this.length));
  }
}
