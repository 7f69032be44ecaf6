/** Two convolutions in a row without anything between them are one with a larger kernel. */

/** A square kernel, row by row. */
export interface Kernel {
  side: number;
  data: readonly number[];
}

/** The kernel that does what `first` and then `second` do: side a + b - 1 (stride 1, no padding). */
export function composed(first: Kernel, second: Kernel): Kernel {
  const side = first.side + second.side - 1;
  const data = Array<number>(side * side).fill(0);
  second.data.forEach((outer, i) => {
    first.data.forEach((inner, j) => {
      const y = Math.floor(i / second.side) + Math.floor(j / first.side);
      const x = (i % second.side) + (j % first.side);
      data[y * side + x] = (data[y * side + x] as number) + outer * inner;
    });
  });
  return { side, data };
}
