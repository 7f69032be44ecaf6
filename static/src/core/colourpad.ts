/** Colours of the drawing pad: they are the picture, so both themes have the same. */

export const BLACK = '#000000';
export const WHITE = '#ffffff';

export const SWATCHES = [
  { colour: BLACK, name: 'pad.black' },
  { colour: WHITE, name: 'pad.white' },
  { colour: '#8a8a8a', name: 'pad.grey' },
  { colour: '#d62828', name: 'pad.red' },
  { colour: '#f2801e', name: 'pad.orange' },
  { colour: '#f7d038', name: 'pad.yellow' },
  { colour: '#2e9e4f', name: 'pad.green' },
  { colour: '#2f7fd6', name: 'pad.blue' },
  { colour: '#8d5a2b', name: 'pad.brown' },
  { colour: '#f4c7a1', name: 'pad.skin' },
] as const;

/** [r, g, b] of "#rrggbb", 0 to 255. */
export function channelsOf(colour: string): readonly [number, number, number] {
  const number = parseInt(colour.slice(1), 16);
  return [number >> 16, (number >> 8) & 255, number & 255];
}
