/** A folder that a person chose, as the zip of folders that the server takes. */
import { makeZip, type Member } from '../core/zip';

const PICTURE = /\.(jpe?g|png|webp|gif|bmp|avif)$/i;
/** A browser holds the whole zip in memory. */
export const MAX_FOLDER_BYTES = 1_000_000_000;

export interface Gathered {
  name: string;
  bytes: Blob;
}

export type GatherReason = 'data.folderEmpty' | 'data.folderLarge';

/** The pictures of a chosen folder as a zip named after it, or why there is none. */
export async function gather(files: readonly File[]): Promise<Gathered | GatherReason> {
  const pictures = files.filter(({ name }) => PICTURE.test(name) && !name.startsWith('.'));
  if (pictures.length === 0) return 'data.folderEmpty';
  if (pictures.reduce((sum, { size }) => sum + size, 0) > MAX_FOLDER_BYTES)
    return 'data.folderLarge';
  const members: Member[] = [];
  for (const file of pictures) {
    const path = file.webkitRelativePath || file.name;
    members.push({ path, bytes: new Uint8Array(await file.arrayBuffer()) });
  }
  return { name: members[0]?.path.split('/')[0] ?? '', bytes: makeZip(members) };
}
