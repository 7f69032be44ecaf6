import { describe, expect, it } from 'vitest';
import type { Palette, Theme } from './colour';
import {
  TABLE_SIZE,
  colourTable,
  contrast,
  cssColour,
  cssGradient,
  isDiverging,
  luminance,
  parseHex,
  quantLut,
  simulateDeuteranopia,
  unpackRgb,
  valueColour,
  valueTable,
} from './colour';

const THEMES: Theme[] = ['light', 'dark'];
const PALETTES: Palette[] = ['activation', 'weight', 'logit', 'grey', 'viridis', 'cividis'];
const DIVERGING = PALETTES.filter(isDiverging);
const PAPER: Record<Theme, string> = { light: '#fbfaf7', dark: '#15171a' };
const each = PALETTES.flatMap((palette) => THEMES.map((theme) => ({ palette, theme })));
const eachDiverging = DIVERGING.flatMap((palette) => THEMES.map((theme) => ({ palette, theme })));

function at(palette: Palette, theme: Theme, entry: number) {
  return unpackRgb(colourTable(palette, theme)[entry] as number);
}

describe('a table', () => {
  it.each(each)('of $palette on $theme paper has 256 opaque colours', ({ palette, theme }) => {
    const table = colourTable(palette, theme);
    expect(table).toHaveLength(TABLE_SIZE);
    expect(table.every((word) => word >>> 24 === 255)).toBe(true);
  });

  it('is built once', () => {
    expect(colourTable('weight', 'dark')).toBe(colourTable('weight', 'dark'));
  });

  it('stores red in the lowest byte, as ImageData does on little-endian machines', () => {
    const table = colourTable('viridis', 'light');
    expect([...new Uint8Array(table.buffer, 0, 4)]).toEqual([0x44, 0x01, 0x54, 255]);
  });

  it.each(each)('of $palette on $theme paper never jumps', ({ palette, theme }) => {
    for (let i = 1; i < TABLE_SIZE; i++) {
      const [a, b] = [at(palette, theme, i - 1), at(palette, theme, i)];
      const step = Math.max(...a.map((part, k) => Math.abs(part - (b[k] as number))));
      expect(step).toBeLessThanOrEqual(6);
    }
  });

  it('of greys gives a byte of a picture back as it was', () => {
    for (const theme of THEMES) {
      for (let i = 0; i < TABLE_SIZE; i++) expect(at('grey', theme, i)).toEqual([i, i, i]);
    }
  });

  it.each(['viridis', 'cividis', 'logit'] as const)(
    'of %s gets lighter or darker, never both',
    (palette) => {
      for (const theme of THEMES) {
        const lum = Array.from({ length: 32 }, (_, i) => luminance(at(palette, theme, i * 8)));
        const signs = lum.slice(1).map((value, i) => Math.sign(value - (lum[i] as number)));
        expect(new Set(signs).size).toBe(1);
      }
    },
  );

  // matplotlib 3: viridis(64), viridis(191), cividis(128).
  it.each([
    ['viridis', 64, '#3b528b'],
    ['viridis', 191, '#5ec962'],
    ['cividis', 128, '#7d7c78'],
  ] as const)('of %s follows matplotlib at %i', (palette, entry, hex) => {
    const difference = at(palette, 'light', entry).map((v, k) => v - (parseHex(hex)[k] as number));
    expect(Math.max(...difference.map(Math.abs))).toBeLessThanOrEqual(4);
  });
});

describe.each(eachDiverging)(
  'the diverging pair $palette on $theme paper',
  ({ palette, theme }) => {
    const ends = [at(palette, theme, 0), at(palette, theme, 255)] as const;
    const zero = at(palette, theme, 128);

    it('draws zero as the paper', () => {
      expect(zero).toEqual(parseHex(PAPER[theme]));
      expect(at(palette, theme, 127)).toEqual(zero);
    });

    it.each(['normal', 'deuteranope'])('is readable to a %s eye', (eye) => {
      const see = eye === 'normal' ? (rgb: typeof zero) => rgb : simulateDeuteranopia;
      expect(contrast(see(ends[0]), see(ends[1]))).toBeGreaterThanOrEqual(3);
      for (const end of ends) expect(contrast(see(end), see(zero))).toBeGreaterThanOrEqual(3);
    });

    it('moves away from the paper on both sides without turning back', () => {
      const paper = luminance(zero);
      const away = (entry: number) => Math.abs(luminance(at(palette, theme, entry)) - paper);
      for (let i = 0; i < 127; i++) {
        expect(away(127 - i - 1)).toBeGreaterThanOrEqual(away(127 - i));
        expect(away(128 + i + 1)).toBeGreaterThanOrEqual(away(128 + i));
      }
    });

    it('sets the positive end further from the paper than the negative one', () => {
      expect(contrast(ends[1], zero)).toBeGreaterThan(contrast(ends[0], zero) * 2);
    });
  },
);

describe('activations and weights', () => {
  it.each(THEMES)('have ends of different hue on %s paper', (theme) => {
    const blue = at('activation', theme, 230);
    const teal = at('weight', theme, 230);
    expect(blue[2] - blue[1]).toBeGreaterThan(30);
    expect(teal[2] - teal[1]).toBeLessThan(0);
  });
});

describe('quantLut', () => {
  it('maps a map onto itself when its own range is drawn', () => {
    expect([...quantLut([-1, 3], [-1, 3])]).toEqual(Array.from({ length: 256 }, (_, i) => i));
  });

  it('puts every byte where its value lies in the drawn range', () => {
    const [own, drawn] = [[-0.3, 1.1] as const, [-2, 2] as const];
    const lut = quantLut(own, drawn);
    for (const byte of [0, 1, 77, 128, 254, 255]) {
      const value = own[0] + (byte / 255) * (own[1] - own[0]);
      expect(Math.abs((lut[byte] as number) - ((value + 2) / 4) * 255)).toBeLessThanOrEqual(0.5);
    }
  });

  it('clips what lies outside the drawn range to the ends', () => {
    const lut = quantLut([-10, 10], [-1, 1]);
    expect([lut[0], lut[100], lut[155], lut[255]]).toEqual([0, 0, 255, 255]);
  });

  it('draws a constant map in the colour of its value', () => {
    expect(new Set(quantLut([0.5, 0.5], [-1, 1]))).toEqual(new Set([191]));
  });

  it('puts everything in the middle when the drawn range has no width', () => {
    expect(new Set(quantLut([0, 0], [0, 0]))).toEqual(new Set([128]));
  });
});

describe('valueTable', () => {
  it('gives the colours of valueColour', () => {
    const table = valueTable('activation', [-1, 2], [-2, 2], 'dark');
    for (const byte of [0, 85, 255]) {
      const value = -1 + (byte / 255) * 3;
      expect(table[byte]).toBe(valueColour('activation', value, [-2, 2], 'dark'));
    }
  });

  it('draws the zeros of a rectified map as the paper', () => {
    const table = valueTable('activation', [0, 3.7], [-5.1, 5.1], 'light');
    expect(cssColour(table[0] as number)).toBe(PAPER.light);
  });

  it('fills the array that it is given', () => {
    const out = new Uint32Array(256);
    expect(valueTable('grey', [0, 1], [0, 1], 'light', out)).toBe(out);
    expect(out[255]).toBe(0xffffffff);
  });
});

describe('cssGradient', () => {
  it('starts, crosses zero and ends in the colours of the table', () => {
    const gradient = cssGradient('activation', 'dark');
    const colours = gradient.match(/#[0-9a-f]{6}/g) ?? [];
    const table = colourTable('activation', 'dark');
    expect(colours[0]).toBe(cssColour(table[0] as number));
    expect(colours.at(-1)).toBe(cssColour(table[255] as number));
    expect(gradient).toContain('to right');
  });
});

describe('simulateDeuteranopia', () => {
  it('leaves greys alone', () => {
    for (const v of [0, 90, 255]) {
      for (const part of simulateDeuteranopia([v, v, v]))
        expect(Math.abs(part - v)).toBeLessThan(0.5);
    }
  });

  it('brings pure red and pure green nearer to each other', () => {
    const distance = (a: readonly number[], b: readonly number[]) =>
      Math.hypot(...a.map((part, k) => part - (b[k] as number)));
    const [red, green] = [[255, 0, 0] as const, [0, 160, 0] as const];
    const seen = distance(simulateDeuteranopia(red), simulateDeuteranopia(green));
    expect(seen).toBeLessThan(distance(red, green) / 2);
  });
});

describe('contrast', () => {
  it('is 21 for black on white and 1 for a colour on itself', () => {
    expect(contrast([0, 0, 0], [255, 255, 255])).toBeCloseTo(21, 10);
    expect(contrast([9, 8, 7], [9, 8, 7])).toBe(1);
  });

  it('of #767676 on white is the 4.54 that WCAG examples name', () => {
    expect(contrast(parseHex('#767676'), [255, 255, 255])).toBeCloseTo(4.54, 2);
  });
});
