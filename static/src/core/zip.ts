/** Files as a zip archive without compression: pictures are compressed already. */

export interface Member {
  /** Path inside the archive, folders divided by "/". */
  path: string;
  bytes: Uint8Array<ArrayBuffer>;
}

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const VERSION = 20;
/** The path is UTF-8. */
const UTF8 = 0x0800;
/** 1 January 1980, the first day that zip knows. */
const DAY = 0x21;

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let bit = 0; bit < 8; bit++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});

/** CRC-32 as in zip, PNG and gzip. */
export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (CRC_TABLE[(crc ^ byte) & 255] as number) ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

/** Fields of 2 or 4 bytes, little endian. */
function record(
  fields: readonly (readonly [size: 2 | 4, value: number])[],
): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(fields.reduce((sum, [size]) => sum + size, 0)));
  let at = 0;
  for (const [size, value] of fields) {
    if (size === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    at += size;
  }
  return new Uint8Array(view.buffer);
}

/** What the header before a member and its line in the directory have in common. */
function facts(path: Uint8Array, { bytes }: Member): readonly (readonly [2 | 4, number])[] {
  const size = bytes.length;
  return [
    ...([
      [2, VERSION],
      [2, UTF8],
      [2, 0],
      [2, 0],
      [2, DAY],
    ] as const),
    ...([
      [4, crc32(bytes)],
      [4, size],
      [4, size],
      [2, path.length],
      [2, 0],
    ] as const),
  ];
}

export function makeZip(members: readonly Member[]): Blob {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  const directory: Uint8Array<ArrayBuffer>[] = [];
  let offset = 0;
  for (const member of members) {
    const path = new TextEncoder().encode(member.path);
    const shared = facts(path, member);
    const header = record([[4, LOCAL], ...shared]);
    parts.push(header, path, member.bytes);
    const rest = [
      [2, 0],
      [2, 0],
      [2, 0],
      [4, 0],
      [4, offset],
    ] as const;
    directory.push(record([[4, CENTRAL], [2, VERSION], ...shared, ...rest]), path);
    offset += header.length + path.length + member.bytes.length;
  }
  const size = directory.reduce((sum, { length }) => sum + length, 0);
  const count = members.length;
  const end = [
    [4, END],
    [2, 0],
    [2, 0],
    [2, count],
    [2, count],
    [4, size],
    [4, offset],
    [2, 0],
  ] as const;
  return new Blob([...parts, ...directory, record(end)], { type: 'application/zip' });
}
