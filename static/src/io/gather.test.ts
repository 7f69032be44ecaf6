// @vitest-environment happy-dom
import { describe, expect, it } from 'vitest';
import { gather, MAX_FOLDER_BYTES } from './gather';

function file(path: string, size?: number): File {
  const made = new File(['x'], path.split('/').at(-1) ?? '');
  Object.defineProperty(made, 'webkitRelativePath', { value: path });
  if (size !== undefined) Object.defineProperty(made, 'size', { value: size });
  return made;
}

describe('a chosen folder', () => {
  it('becomes a zip of its pictures that is named after it', async () => {
    const files = ['pets/cat/1.png', 'pets/dog/2.JPG', 'pets/notes.txt', 'pets/cat/._1.png'];
    const found = await gather(files.map((path) => file(path)));
    if (typeof found === 'string') throw new Error(found);
    expect(found.name).toBe('pets');
    const text = await found.bytes.text();
    expect(text).toContain('pets/cat/1.png');
    expect(text).toContain('pets/dog/2.JPG');
    expect(text).not.toContain('notes.txt');
    expect(text).not.toContain('._1.png');
  });

  it('is refused with a reason when it holds no picture, or more than a browser can pack', async () => {
    expect(await gather([file('pets/notes.txt')])).toBe('data.folderEmpty');
    expect(await gather([file('pets/1.png', MAX_FOLDER_BYTES + 1)])).toBe('data.folderLarge');
  });
});
