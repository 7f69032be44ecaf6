/** Shapes of matrices under multiplication, and what PyTorch says when they do not fit. */

/** [rows, columns] */
export type MatrixShape = readonly [number, number];

export function transposed([rows, columns]: MatrixShape): MatrixShape {
  return [columns, rows];
}

/** The shape of the product; where the inner sizes differ, torch's own sentence. */
export function productOf(
  first: MatrixShape,
  second: MatrixShape,
): { shape: MatrixShape } | { error: string } {
  if (first[1] === second[0]) return { shape: [first[0], second[1]] };
  const [a, b] = [first, second].map((shape) => shape.join('x'));
  return { error: `mat1 and mat2 shapes cannot be multiplied (${a} and ${b})` };
}
