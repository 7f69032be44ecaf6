import { describe, expect, it } from 'vitest';
import { productOf, transposed } from './matmul';

describe('a product of matrices', () => {
  it('has the outer sizes', () => {
    expect(productOf([2, 3], [3, 4])).toEqual({ shape: [2, 4] });
  });

  it('is refused where the inner sizes differ, in the words of torch', () => {
    const error = 'mat1 and mat2 shapes cannot be multiplied (2x3 and 4x3)';
    expect(productOf([2, 3], [4, 3])).toEqual({ error });
    expect(productOf([2, 3], transposed([4, 3]))).toEqual({ shape: [2, 4] });
  });
});
