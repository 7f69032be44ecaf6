import { describe, expect, it } from 'vitest';
import { movedIndex } from './roving';

describe('movedIndex', () => {
  it('moves by one and stops at the ends', () => {
    expect(movedIndex('ArrowRight', 0, 3)).toBe(1);
    expect(movedIndex('ArrowRight', 2, 3)).toBe(2);
    expect(movedIndex('ArrowLeft', 0, 3)).toBe(0);
  });

  it('goes to both ends at once', () => {
    expect(movedIndex('Home', 2, 3)).toBe(0);
    expect(movedIndex('End', 0, 3)).toBe(2);
  });

  it('leaves other keys, and an empty row, alone', () => {
    expect(movedIndex('Tab', 0, 3)).toBe(null);
    expect(movedIndex('End', 0, 0)).toBe(null);
  });
});
