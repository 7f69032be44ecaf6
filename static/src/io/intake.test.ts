// @vitest-environment happy-dom
import { describe, expect, it } from 'vitest';
import en from '../i18n/en.json';
import {
  fileOfDataUrl,
  MAX_BYTES,
  MAX_FILES,
  pastedFiles,
  pictureName,
  takeDrop,
  takeFiles,
} from './intake';

const PNG = '\x89PNG\r\n\x1a\n';
const DRAWN = new Blob(['drawn'], { type: 'image/png' });

const fileOf = (name: string, text: string) =>
  new File([Uint8Array.from(text, (each) => each.charCodeAt(0))], name);

const tooLarge = Object.defineProperty(fileOf('big.png', PNG), 'size', { value: MAX_BYTES + 1 });

/** Stands in for the canvas: draws what is a drawing, and says what it was asked. */
function makeDraw(canDraw: boolean) {
  const asked: boolean[] = [];
  const draw = (_picture: Blob, isVector: boolean) => {
    asked.push(isVector);
    return Promise.resolve(canDraw ? DRAWN : null);
  };
  return { draw, asked };
}

const take = (files: File[], canDraw = false) => takeFiles(files, [], makeDraw(canDraw).draw);

interface Part {
  file?: File;
  folder?: unknown;
}

function transferOf(parts: readonly Part[], address = ''): DataTransfer {
  const items = parts.map(({ file, folder }) => ({
    kind: 'file',
    getAsFile: () => file ?? null,
    webkitGetAsEntry: () => folder ?? null,
  }));
  return { items, getData: () => address } as unknown as DataTransfer;
}

const entryOf = (file: File) => ({
  isFile: true,
  isDirectory: false,
  name: file.name,
  file: (done: (file: File) => void) => done(file),
});

/** Hands its entries out in two portions, as browsers do with more than a hundred. */
function folderOf(name: string, entries: readonly unknown[]) {
  const portions = [entries.slice(0, 1), entries.slice(1), []];
  const readEntries = (done: (some: unknown) => void) => done(portions.shift() ?? []);
  return { isFile: false, isDirectory: true, name, createReader: () => ({ readEntries }) };
}

describe('takeFiles', () => {
  it('sends a format that the server reads as it is, named without its ending', async () => {
    const file = fileOf('my cat.PNG', PNG);
    const { taken, refused } = await take([file]);
    expect(taken.map(({ name }) => name)).toEqual(['my cat']);
    expect(await taken[0]?.bytes.arrayBuffer()).toEqual(await file.arrayBuffer());
    expect(refused).toEqual([]);
  });

  it('keeps a copy, for the file may change on the disk', async () => {
    const file = fileOf('cat.png', PNG);
    const { taken } = await take([file]);
    expect(taken[0]?.bytes).not.toBe(file);
  });

  it('says so when the file has gone since it was chosen', async () => {
    const gone = fileOf('cat.png', PNG);
    gone.arrayBuffer = () => Promise.reject(new DOMException('', 'NotFoundError'));
    expect((await take([gone])).refused[0]?.reason).toBe('intake.notRead');
  });

  it('goes by the bytes, whatever name and type say', async () => {
    const file = new File([Uint8Array.from([0xff, 0xd8, 0xff])], 'a.txt', { type: 'text/plain' });
    expect((await take([file])).taken).toHaveLength(1);
    expect((await take([fileOf('a.png', 'hello')])).refused[0]?.reason).toBe('intake.notPicture');
  });

  it('draws what only the browser reads, a drawing as a vector', async () => {
    const { draw, asked } = makeDraw(true);
    const files = [fileOf('logo.svg', '<svg/>'), fileOf('scan.tif', 'II*\0')];
    const { taken } = await takeFiles(files, [], draw);
    expect(taken).toEqual([
      { bytes: DRAWN, name: 'logo' },
      { bytes: DRAWN, name: 'scan' },
    ]);
    expect(asked).toEqual([true, false]);
  });

  it.each([
    ['intake.empty', fileOf('a.png', '')],
    ['intake.notPicture', fileOf('notes.txt', 'hello')],
    ['intake.unreadable', fileOf('scan.tif', 'II*\0')],
    ['intake.tooLarge', tooLarge],
  ])('refuses with %s and names the file', async (reason, file) => {
    const { taken, refused } = await take([file]);
    expect(taken).toEqual([]);
    expect(refused).toEqual([
      { reason, parameters: expect.objectContaining({ name: file.name }) as unknown },
    ]);
  });

  it('takes the good ones among the bad', async () => {
    const { taken, refused } = await take([
      fileOf('a.png', PNG),
      fileOf('b.txt', 'hello'),
      fileOf('c.gif', 'GIF89a'),
    ]);
    expect(taken.map(({ name }) => name)).toEqual(['a', 'c']);
    expect(refused).toHaveLength(1);
  });

  it('takes the first of too many and says so', async () => {
    const files = Array.from({ length: MAX_FILES + 3 }, (_, n) => fileOf(`${n}.png`, PNG));
    const { taken, refused } = await take(files);
    expect(taken).toHaveLength(MAX_FILES);
    expect(refused).toEqual([
      { reason: 'intake.tooMany', parameters: { count: MAX_FILES + 3, max: MAX_FILES } },
    ]);
  });

  it('gives every reason all that its sentence asks for', async () => {
    const files = [
      fileOf('a.png', ''),
      fileOf('b.txt', 'hello'),
      fileOf('c.tif', 'II*\0'),
      tooLarge,
    ];
    for (const { reason, parameters } of (await take(files)).refused) {
      const asked = [...en[reason].matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      expect(Object.keys(parameters)).toEqual(expect.arrayContaining(asked));
    }
  });

  it('never calls a file over the limit as large as the limit', async () => {
    const { refused } = await take([tooLarge]);
    expect(refused[0]?.parameters).toMatchObject({ size: '20.1', max: 20 });
  });
});

describe('pictureName', () => {
  it('is empty for names that a clipboard makes up', () => {
    expect(['image.png', 'blob', '', 'Unknown.jpg'].map(pictureName)).toEqual(['', '', '', '']);
  });

  it('keeps dots that are part of the name', () => {
    expect(pictureName('v1.2 final.jpeg')).toBe('v1.2 final');
    expect(pictureName('猫.webp')).toBe('猫');
  });
});

describe('takeDrop', () => {
  const { draw } = makeDraw(false);

  it('takes several files at once', async () => {
    const parts = [{ file: fileOf('a.png', PNG) }, { file: fileOf('b.gif', 'GIF87a') }];
    const { taken } = await takeDrop(transferOf(parts), draw);
    expect(taken.map(({ name }) => name)).toEqual(['a', 'b']);
  });

  it('takes the pictures of a folder and of folders in it, in order, and leaves the rest', async () => {
    const inner = folderOf('inner', [entryOf(fileOf('c.png', PNG))]);
    const outer = folderOf('outer', [
      inner,
      entryOf(fileOf('b.png', PNG)),
      entryOf(fileOf('Thumbs.db', 'x')),
      entryOf(fileOf('a.png', PNG)),
    ]);
    const { taken, refused } = await takeDrop(transferOf([{ folder: outer }]), draw);
    expect(taken.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    expect(refused).toEqual([]);
  });

  it('names a folder without pictures', async () => {
    const folder = folderOf('papers', [entryOf(fileOf('a.pdf', '%PDF'))]);
    const { refused } = await takeDrop(transferOf([{ folder }]), draw);
    expect(refused).toEqual([{ reason: 'intake.emptyFolder', parameters: { name: 'papers' } }]);
  });

  it("prefers the file to the address of another page's picture", async () => {
    const parts = [{ file: fileOf('cat.png', PNG) }];
    const { taken, refused } = await takeDrop(transferOf(parts, 'https://example.org/cat'), draw);
    expect([taken.length, refused.length]).toEqual([1, 0]);
  });

  it('fetches nothing from the address of another site, and says so', async () => {
    const { taken, refused } = await takeDrop(transferOf([], 'https://example.org/cat'), draw);
    expect(taken).toEqual([]);
    expect(refused.map(({ reason }) => reason)).toEqual(['intake.onlyLink']);
  });

  it('reads a picture that its address spells', async () => {
    const address = `data:image/gif;base64,${btoa('GIF89a')}`;
    expect((await takeDrop(transferOf([], address), draw)).taken).toHaveLength(1);
  });

  it('says nothing about a drop that holds nothing', async () => {
    expect(await takeDrop(transferOf([]), draw)).toEqual({ taken: [], refused: [] });
  });
});

describe('fileOfDataUrl', () => {
  it('decodes both spellings', async () => {
    const svg = fileOfDataUrl('data:image/svg+xml;charset=utf-8,%3Csvg%2F%3E');
    expect(await svg?.text()).toBe('<svg/>');
    const gif = fileOfDataUrl(`data:image/gif;base64,${btoa('GIF89a')}`);
    expect([gif?.type, await gif?.text()]).toEqual(['image/gif', 'GIF89a']);
  });

  it('is null for other addresses and for broken ones', () => {
    expect(fileOfDataUrl('https://example.org/a.png')).toBe(null);
    expect(fileOfDataUrl('data:text/plain,hello')).toBe(null);
    expect(fileOfDataUrl('data:image/png;base64,****')).toBe(null);
    expect(fileOfDataUrl('data:image/svg+xml,%')).toBe(null);
  });
});

describe('pastedFiles', () => {
  it('is empty for a clipboard of text', () => {
    expect(pastedFiles(null)).toEqual([]);
    expect(pastedFiles({ files: [] } as unknown as DataTransfer)).toEqual([]);
  });
});
