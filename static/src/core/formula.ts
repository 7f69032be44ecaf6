/** Formulas as data: what MathML draws, each number with the term or part that it stands for. */

/** A number of a formula. */
export interface NumberPiece {
  tag: 'number';
  value: number;
  /** Its place among all terms of the cell; null for what is no single term's. */
  term: number | null;
  /** What a question may blank: "product", "result" or the name of a part. */
  role: string;
}

export type Piece =
  | NumberPiece
  | { tag: 'mo' | 'mi' | 'mtext'; text: string }
  | {
      tag: 'mrow' | 'mfrac' | 'msqrt' | 'msup' | 'msub' | 'munder' | 'mtable' | 'mtr' | 'mtd';
      pieces: readonly Piece[];
    };

export const sign = (text: string): Piece => ({ tag: 'mo', text });
export const name = (text: string): Piece => ({ tag: 'mi', text });
export const words = (text: string): Piece => ({ tag: 'mtext', text });
export const row = (...pieces: Piece[]): Piece => ({ tag: 'mrow', pieces });
export const over = (top: Piece, bottom: Piece): Piece => ({
  tag: 'mfrac',
  pieces: [top, bottom],
});
export const root = (...pieces: Piece[]): Piece => ({ tag: 'msqrt', pieces });
export const power = (base: Piece, exponent: Piece): Piece => ({
  tag: 'msup',
  pieces: [base, exponent],
});
export const below = (base: Piece, under: Piece): Piece => ({
  tag: 'munder',
  pieces: [base, under],
});

/** A number as it is. */
export const number = (value: number, role: string, term: number | null = null): NumberPiece => ({
  tag: 'number',
  value,
  term,
  role,
});

/** A number after a sign: a negative one stands in brackets. */
export function operand(value: number, role: string, term: number | null = null): Piece {
  const piece = number(value, role, term);
  return value < 0 ? bracket(piece) : piece;
}

export const bracket = (...pieces: Piece[]): Piece => row(sign('('), ...pieces, sign(')'));

/** Lines under each other, beginning at the same edge. */
export function lines(...rows: Piece[]): Piece {
  const cell = (piece: Piece): Piece => ({ tag: 'mtd', pieces: [piece] });
  return { tag: 'mtable', pieces: rows.map((each) => ({ tag: 'mtr', pieces: [cell(each)] })) };
}

/** Pieces with a sign between each two. */
export function joined(pieces: readonly Piece[], between: string): Piece[] {
  return pieces.flatMap((piece, index) => (index === 0 ? [piece] : [sign(between), piece]));
}

/** Every number of a formula, from left to right. */
export function numbersOf(piece: Piece): NumberPiece[] {
  if (piece.tag === 'number') return [piece];
  return 'pieces' in piece ? piece.pieces.flatMap(numbersOf) : [];
}

const SHARES = 2;

/** Long sums broken into lines of `each` summands, a plus at the begin of every further line. */
export function brokenSum(summands: readonly Piece[], last: Piece, each = SHARES): Piece {
  const rows: Piece[] = [];
  for (let from = 0; from < summands.length; from += each) {
    const inRow = joined(summands.slice(from, from + each), '+');
    rows.push(row(...(from > 0 ? [sign('+')] : []), ...inRow));
  }
  return lines(...rows, row(sign('='), last));
}
