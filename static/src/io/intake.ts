/** Pictures that a person brings by a file field, by dropping, or by pasting. */
import { kindOf, SNIFF_BYTES } from '../core/sniff';
import { filesIn, type Found } from './folder';
import { rasterise } from './raster';
import { refuse, type Refusal } from './refusal';

/** What the server reads at most. */
export const MAX_BYTES = 20_000_000;
/** Own pictures taken at once. */
export const MAX_FILES = 24;
/** For the file field; `image/*` opens the gallery on phones. */
export const ACCEPT = 'image/*,.avif,.heic,.heif,.tif,.tiff';

const BYTES_PER_MB = 1_000_000;
/** Names that a clipboard or a browser makes up. */
const MADE_UP = /^(image|blob|unnamed|unknown)?(\.\w+)?$/i;

export interface Taken {
  bytes: Blob;
  /** The file's name without its ending; '' when it says nothing. */
  name: string;
}

export interface Intake {
  taken: readonly Taken[];
  refused: readonly Refusal[];
}

type Draw = typeof rasterise;

export function pictureName(file: string): string {
  return MADE_UP.test(file) ? '' : file.replace(/\.\w{1,5}$/, '');
}

async function takeFile(file: File, draw: Draw): Promise<Taken | Refusal> {
  const { name } = file;
  if (file.size === 0) return refuse('intake.empty', { name });
  if (file.size > MAX_BYTES) {
    // Rounded up: 20.004 of 20 MB must not read 20.0.
    const size = (Math.ceil((file.size / BYTES_PER_MB) * 10) / 10).toFixed(1);
    return refuse('intake.tooLarge', { name, size, max: MAX_BYTES / BYTES_PER_MB });
  }
  const whole = await contentOf(file);
  if (whole === null) return refuse('intake.notRead', { name });
  const kind = kindOf(new Uint8Array(whole, 0, Math.min(SNIFF_BYTES, whole.byteLength)));
  const copy = new Blob([whole], { type: file.type });
  if (kind === 'taken') return { bytes: copy, name: pictureName(name) };
  const bytes = await draw(copy, kind === 'svg');
  if (bytes) return { bytes, name: pictureName(name) };
  if (kind === 'other') return refuse('intake.notPicture', { name });
  return refuse('intake.unreadable', { name, format: kind.toUpperCase() });
}

/** What is in the file now, for it may change or go later; null when it has done so already. */
async function contentOf(file: File): Promise<ArrayBuffer | null> {
  try {
    return await file.arrayBuffer();
  } catch {
    return null;
  }
}

/** Files as pictures that the server reads, each with its reason where it is not one. */
export async function takeFiles(
  files: Iterable<File>,
  refused: readonly Refusal[] = [],
  draw: Draw = rasterise,
): Promise<Intake> {
  const all = [...files];
  const results = await Promise.all(all.slice(0, MAX_FILES).map((file) => takeFile(file, draw)));
  const surplus = all.length > MAX_FILES;
  return {
    taken: results.filter((each) => 'bytes' in each),
    refused: [
      ...refused,
      ...results.filter((each) => 'reason' in each),
      ...(surplus ? [refuse('intake.tooMany', { count: all.length, max: MAX_FILES })] : []),
    ],
  };
}

/** The bytes that a data address spells; null when it spells none. */
function bytesOf(body: string, isBase64: boolean): Uint8Array<ArrayBuffer> | null {
  try {
    if (!isBase64) return new TextEncoder().encode(decodeURIComponent(body));
    return Uint8Array.from(atob(body), (each) => each.charCodeAt(0));
  } catch {
    return null;
  }
}

/** A picture written into its own address; null for anything else. */
export function fileOfDataUrl(url: string): File | null {
  const found = /^data:(image\/[\w.+-]+)((?:;[\w=-]+)*),(.*)$/s.exec(url.trim());
  if (!found) return null;
  const [, type = '', flags = '', body = ''] = found;
  const bytes = bytesOf(body, flags.endsWith(';base64'));
  return bytes && new File([bytes], '', { type });
}

/** What another page gives without a file: a picture in its address, or only where it lies. */
function takeAddress(url: string): Found {
  const file = fileOfDataUrl(url);
  if (file) return { files: [file], refused: [] };
  return { files: [], refused: url ? [refuse('intake.onlyLink', {})] : [] };
}

/** Everything dropped, folders opened; reads the transfer before its event ends. */
export async function takeDrop(transfer: DataTransfer, draw: Draw = rasterise): Promise<Intake> {
  const address = transfer.getData('text/uri-list').split(/[\r\n]+/)[0] ?? '';
  const { files, refused } = await filesIn(transfer, MAX_FILES + 1);
  const found = files.length + refused.length > 0 ? { files, refused } : takeAddress(address);
  return takeFiles(found.files, found.refused, draw);
}

/** The picture files of a clipboard: empty when it holds only text. */
export function pastedFiles(clipboard: DataTransfer | null): readonly File[] {
  return [...(clipboard?.files ?? [])];
}
