import { describe, expect, it } from 'vitest';
import { strongest } from './strongest';

describe('strongest', () => {
  it('orders by size whatever the sign, and says what part of the whole is shown', () => {
    expect(strongest([1, -4, 2, 3], 2)).toEqual({ order: [1, 3], share: 0.7 });
  });

  it('shows all where there are few, and calls that the whole', () => {
    expect(strongest([0.5, 0.5], 10)).toEqual({ order: [0, 1], share: 1 });
  });

  it('calls nothing the whole of nothing', () => {
    expect(strongest([0, 0], 1).share).toBe(1);
    expect(strongest([], 3)).toEqual({ order: [], share: 1 });
  });
});
