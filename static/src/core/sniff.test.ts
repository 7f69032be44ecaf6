import { describe, expect, it } from 'vitest';
import { kindOf } from './sniff';

const bytes = (text: string) => Uint8Array.from(text, (each) => each.charCodeAt(0));
/** First box of an ISO base media file: 4 bytes of length, "ftyp", a brand, a version, brands. */
const ftyp = (...brands: string[]) => {
  const box = `ftyp${brands[0]}\0\0\0\0${brands.join('')}`;
  return bytes(`\0\0\0${String.fromCharCode(box.length + 4)}${box}mdat avif`);
};

describe('kindOf', () => {
  it.each([
    ['JPEG', '\xff\xd8\xff\xe0'],
    ['PNG', '\x89PNG\r\n\x1a\n....'],
    ['WebP', 'RIFF\x10\0\0\0WEBPVP8 '],
    ['GIF', 'GIF89a'],
    ['BMP', 'BM....'],
  ])('says that the server takes %s', (_name, head) => {
    expect(kindOf(bytes(head))).toBe('taken');
  });

  it('tells AVIF from HEIC by the brands of the first box alone', () => {
    expect(kindOf(ftyp('avif', 'mif1'))).toBe('taken');
    expect(kindOf(ftyp('mif1', 'avif'))).toBe('taken');
    expect(kindOf(ftyp('heic', 'mif1'))).toBe('heic');
    expect(kindOf(ftyp('mif1', 'heix'))).toBe('heic');
    expect(kindOf(ftyp('isom', 'mp42'))).toBe('other');
  });

  it('knows TIFF of both byte orders', () => {
    expect(kindOf(bytes('II*\0'))).toBe('tiff');
    expect(kindOf(bytes('MM\0*'))).toBe('tiff');
  });

  it('finds a drawing behind a byte order mark, a declaration and a comment', () => {
    expect(
      kindOf(bytes('\xef\xbb\xbf<?xml version="1.0"?>\n<!-- by hand -->\n<svg width="1">')),
    ).toBe('svg');
    expect(kindOf(bytes('<svg:svg xmlns:svg="...">'))).toBe('svg');
  });

  it('takes no text that only speaks of a drawing for one', () => {
    expect(kindOf(bytes('how to write <svg >'))).toBe('other');
    expect(kindOf(bytes('<html><svgs>'))).toBe('other');
  });

  it('leaves everything else open', () => {
    expect(kindOf(bytes('%PDF-1.7'))).toBe('other');
    expect(kindOf(new Uint8Array())).toBe('other');
  });
});
