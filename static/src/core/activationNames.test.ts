import { describe, expect, it } from 'vitest';
import { ACTIVATIONS } from './activations';
import { formulaOf, nameOf } from './activationNames';

describe('formulaOf', () => {
  it('writes the settings that a layer has', () => {
    const settings = { negative_slope: 0.2 };
    expect(formulaOf('leaky_relu', settings)).toBe('max(0, x) + 0.200 · min(0, x)');
    expect(formulaOf('hardtanh', {})).toBe('min(1.00, max(−1.00, x))');
  });

  it.each(ACTIVATIONS)('writes %s without a gap', (name) => {
    expect(formulaOf(name, {})).not.toMatch(/[{}]|^$/);
    expect(nameOf(name)).not.toBe('');
  });

  it('of an unknown function is empty, its name torch’s', () => {
    expect(formulaOf('toString', {})).toBe('');
    expect(nameOf('swoosh')).toBe('swoosh');
  });
});
