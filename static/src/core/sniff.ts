/** What a file is by its own first bytes, never by its name or type. */

/** taken: the server reads it; svg, heic, tiff: the browser may draw it; other: nobody knows yet. */
export type Kind = 'taken' | 'svg' | 'heic' | 'tiff' | 'other';

/** A drawing may have a licence or a document type before its root element. */
export const SNIFF_BYTES = 4096;

const STARTS: readonly (readonly [string, Kind])[] = [
  ['\xff\xd8\xff', 'taken'],
  ['\x89PNG\r\n\x1a\n', 'taken'],
  ['GIF87a', 'taken'],
  ['GIF89a', 'taken'],
  ['BM', 'taken'],
  ['II*\0', 'tiff'],
  ['MM\0*', 'tiff'],
];

/** Brands of the ISO base media container; AVIF comes first because it may also name `mif1`. */
const BRANDS: readonly (readonly [RegExp, Kind])[] = [
  [/avi[fs]/, 'taken'],
  [/hei[cxms]|hev[cxms]|mif1|msf1/, 'heic'],
];

function kindOfContainer(text: string): Kind {
  const length = (text.charCodeAt(2) << 8) | text.charCodeAt(3);
  const brands = text.slice(8, length);
  return BRANDS.find(([brand]) => brand.test(brands))?.[1] ?? 'other';
}

/** The kind of the file that begins with these bytes. */
export function kindOf(head: Uint8Array): Kind {
  const text = Array.from(head, (byte) => String.fromCharCode(byte)).join('');
  const found = STARTS.find(([start]) => text.startsWith(start));
  if (found) return found[1];
  if (text.startsWith('RIFF') && text.slice(8, 12) === 'WEBP') return 'taken';
  if (text.slice(4, 8) === 'ftyp') return kindOfContainer(text);
  const isMarkup = text
    .replace(/^\xef\xbb\xbf/, '')
    .trimStart()
    .startsWith('<');
  return isMarkup && /<(\w+:)?svg[\s/>]/.test(text) ? 'svg' : 'other';
}
