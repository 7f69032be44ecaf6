import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { crc32, makeZip } from './zip';

const bytes = (text: string) => new TextEncoder().encode(text) as Uint8Array<ArrayBuffer>;

/** What Python's zipfile says of an archive: the first bad member, then path and text of each. */
const READ = `
import json, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as z:
    bad = z.testzip()
    print(json.dumps([bad, [[n, z.read(n).decode()] for n in z.namelist()]]))
`;

describe('crc32', () => {
  it('is that of the standard check string', () => {
    expect(crc32(bytes('123456789'))).toBe(0xcbf43926);
    expect(crc32(bytes(''))).toBe(0);
  });
});

describe('makeZip', () => {
  it('makes an archive that another program reads', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'zip-'));
    const file = join(folder, 'a.zip');
    const files = [
      ['cat/1.txt', 'one'],
      ['猫/二.txt', '二'],
      ['dog/empty.txt', ''],
    ];
    const members = files.map(([path = '', text = '']) => ({ path, bytes: bytes(text) }));
    try {
      writeFileSync(file, Buffer.from(await makeZip(members).arrayBuffer()));
      const said = execFileSync('python3', ['-c', READ, file], { encoding: 'utf-8' });
      expect(JSON.parse(said)).toEqual([null, files]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
