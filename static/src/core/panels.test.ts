import { describe, expect, it } from 'vitest';
import { CHARTS, DETAILS, FIRST_PANELS, PANELS, toggled } from './panels';

describe('the panels', () => {
  it('are each in one place', () => {
    expect(new Set(PANELS).size).toBe(PANELS.length);
    expect(PANELS).toEqual(['canvas', ...CHARTS, ...DETAILS]);
  });

  it('keep their order, whichever is chosen first', () => {
    expect(toggled(toggled([], 'worst'), 'loss')).toEqual(['loss', 'worst']);
    expect(toggled(['loss', 'worst'], 'loss')).toEqual(['worst']);
  });

  it('come back when pressed twice', () => {
    for (const panel of PANELS) {
      expect(toggled(toggled(FIRST_PANELS, panel), panel)).toEqual(FIRST_PANELS);
    }
  });
});
