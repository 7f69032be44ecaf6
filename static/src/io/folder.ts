/** Files of a drop, with the pictures of dropped folders. */
import { refuse, type Refusal } from './refusal';

export interface Found {
  files: readonly File[];
  refused: readonly Refusal[];
}

const PICTURE = /\.(jpe?g|png|webp|gif|bmp|avif|svg|heic|heif|tiff?)$/i;
const DEPTH = 6;

function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const step = () =>
    new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
  // A reader hands out at most a hundred at a time; an empty answer is the end.
  const rest = async (): Promise<FileSystemEntry[]> => {
    const some = await step();
    return some.length === 0 ? [] : [...some, ...(await rest())];
  };
  return rest();
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}

async function picturesIn(folder: FileSystemEntry, most: number, depth = 0): Promise<File[]> {
  const found: File[] = [];
  const entries = await entriesOf(folder as FileSystemDirectoryEntry);
  for (const entry of entries.sort((a, b) => a.name.localeCompare(b.name))) {
    if (found.length >= most) break;
    if (entry.isDirectory && depth < DEPTH) {
      found.push(...(await picturesIn(entry, most - found.length, depth + 1)));
    } else if (entry.isFile && PICTURE.test(entry.name)) {
      found.push(await fileOf(entry as FileSystemFileEntry));
    }
  }
  return found;
}

/** Dropped files and at most `most` pictures of each dropped folder. */
export async function filesIn(transfer: DataTransfer, most: number): Promise<Found> {
  const items = [...transfer.items].filter((item) => item.kind === 'file');
  // Both are asked for at once: after the event the items are empty.
  const parts = items.map((item) => ({
    entry: item.webkitGetAsEntry?.() ?? null,
    file: item.getAsFile(),
  }));
  const files: File[] = [];
  const refused: Refusal[] = [];
  for (const { entry, file } of parts) {
    if (!entry?.isDirectory) {
      if (file) files.push(file);
      continue;
    }
    const inside = await picturesIn(entry, most).catch((): File[] => []);
    files.push(...inside);
    if (inside.length === 0) refused.push(refuse('intake.emptyFolder', { name: entry.name }));
  }
  return { files, refused };
}
