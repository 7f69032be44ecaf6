import { describe, expect, it } from 'vitest';
import { LONGEST_PX, rasterSize, withSize } from './raster';

describe('rasterSize', () => {
  it('lets a drawing grow and a photograph shrink to the longest side', () => {
    expect(rasterSize({ width: 20, height: 10 }, true)).toEqual({ width: 1024, height: 512 });
    expect(rasterSize({ width: 4096, height: 8192 }, false)).toEqual({ width: 512, height: 1024 });
  });

  it('leaves a small photograph as it is', () => {
    expect(rasterSize({ width: 20, height: 10 }, false)).toEqual({ width: 20, height: 10 });
  });

  it('keeps at least one pixel of an extreme shape', () => {
    expect(rasterSize({ width: 10_000, height: 1 }, true)).toEqual({
      width: LONGEST_PX,
      height: 1,
    });
  });
});

describe('withSize', () => {
  it('says the size of the view box where a drawing has none', () => {
    expect(withSize('<?xml version="1.0"?><svg viewBox="0 0 20 10"><g/></svg>')).toBe(
      '<?xml version="1.0"?><svg width="20" height="10" viewBox="0 0 20 10"><g/></svg>',
    );
    expect(withSize('<svg viewBox="0,0,20,10" width="100%">')).toBe(
      '<svg width="20" height="10" viewBox="0,0,20,10">',
    );
  });

  it('leaves a size in pixels alone, and a stroke width is none', () => {
    const sized = "<svg width='12px' height='5' viewBox='0 0 1 1'>";
    expect(withSize(sized)).toBe(sized);
    expect(withSize('<svg stroke-width="2">')).toContain(`width="${LONGEST_PX}"`);
  });

  it('changes the first element only', () => {
    expect(withSize('<svg><svg viewBox="0 0 1 1"/></svg>')).toBe(
      `<svg width="${LONGEST_PX}" height="${LONGEST_PX}"><svg viewBox="0 0 1 1"/></svg>`,
    );
  });
});
