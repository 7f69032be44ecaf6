/** The safetensors layout: 8 bytes of header length, a JSON header, then raw little-endian numbers. */

import type { TraceHeader } from './types';

const ARRAYS = {
  F64: Float64Array,
  F32: Float32Array,
  I64: BigInt64Array,
  U64: BigUint64Array,
  I32: Int32Array,
  U32: Uint32Array,
  I16: Int16Array,
  U16: Uint16Array,
  I8: Int8Array,
  U8: Uint8Array,
  BOOL: Uint8Array,
} as const;

export type Dtype = keyof typeof ARRAYS;

type DataOf<D extends Dtype> = InstanceType<(typeof ARRAYS)[D]>;

/** One named array; `data` is a view into the buffer that was parsed. */
export type Tensor = {
  [D in Dtype]: { readonly dtype: D; readonly shape: readonly number[]; readonly data: DataOf<D> };
}[Dtype];

export interface Payload {
  tensors: Map<string, Tensor>;
  metadata: Record<string, string>;
}

interface Entry {
  name: string;
  dtype: Dtype;
  shape: readonly number[];
  begin: number;
  end: number;
}

const PREFIX_BYTES = 8;

/**
 * Named arrays and metadata of a payload, as views without a copy (a copy only where an array is not
 * aligned to its element size). Throws an Error that names the fault for anything that is not whole:
 * the bytes come from outside.
 */
export function parseTensors(buffer: ArrayBuffer): Payload {
  const [header, start] = readHeader(buffer);
  const { __metadata__: metadata, ...rest } = header;
  const entries = Object.entries(rest).map(([name, value]) => readEntry(name, value));
  checkCover(entries, buffer.byteLength - start);
  const tensors = new Map(entries.map((entry) => [entry.name, toTensor(buffer, start, entry)]));
  return { tensors, metadata: readMetadata(metadata) };
}

function readHeader(buffer: ArrayBuffer): [Record<string, unknown>, number] {
  const room = buffer.byteLength - PREFIX_BYTES;
  if (room < 2) fail(`${buffer.byteLength} bytes are too few for a header`);
  const length = new DataView(buffer).getBigUint64(0, true);
  if (length > BigInt(room)) fail(`the header claims ${length} bytes, ${room} are there`);
  const bytes = new Uint8Array(buffer, PREFIX_BYTES, Number(length));
  const header = parseJson(bytes);
  if (!isObject(header)) fail('the header is not a JSON object');
  return [header, PREFIX_BYTES + Number(length)];
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return fail('the header is not JSON in UTF-8');
  }
}

function readEntry(name: string, value: unknown): Entry {
  if (!isObject(value)) fail(`the entry of ${name} is not an object`);
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== 'string' || !Object.hasOwn(ARRAYS, dtype)) {
    fail(`${name} has the unknown type ${String(dtype)}`);
  }
  if (!isSizes(shape)) fail(`${name} has no valid shape`);
  if (!isSizes(offsets) || offsets.length !== 2) fail(`${name} has no valid data_offsets`);
  const [begin, end] = offsets as [number, number];
  const wanted = shape.reduce((n, size) => n * size, ARRAYS[dtype as Dtype].BYTES_PER_ELEMENT);
  if (end - begin !== wanted) {
    fail(`${name} needs ${wanted} bytes for its shape, its data_offsets span ${end - begin}`);
  }
  return { name, dtype: dtype as Dtype, shape, begin, end };
}

/** The format demands that the arrays fill the data part without a hole or an overlap. */
function checkCover(entries: readonly Entry[], size: number): void {
  const ordered = [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end);
  let at = 0;
  for (const { name, begin, end } of ordered) {
    if (begin !== at) fail(`${name} begins at byte ${begin} of the data, expected ${at}`);
    at = end;
  }
  if (at !== size) fail(`the arrays end at byte ${at} of the data, ${size} bytes are there`);
}

function toTensor(buffer: ArrayBuffer, start: number, { dtype, shape, begin, end }: Entry): Tensor {
  const View = ARRAYS[dtype];
  const from = start + begin;
  const length = (end - begin) / View.BYTES_PER_ELEMENT;
  const aligned = from % View.BYTES_PER_ELEMENT === 0;
  const data = aligned
    ? new View(buffer, from, length)
    : new View(buffer.slice(from, start + end), 0, length);
  return { dtype, shape, data } as Tensor;
}

function readMetadata(value: unknown): Record<string, string> {
  if (value === undefined) return {};
  if (!isObject(value)) fail('__metadata__ is not an object');
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== 'string') fail(`__metadata__.${key} is not text`);
  }
  return value as Record<string, string>;
}

/** The trace header of a payload; throws an Error when it is missing or not a trace. */
export function readTraceHeader(metadata: Readonly<Record<string, string>>): TraceHeader {
  const text = metadata['trace'];
  if (text === undefined) fail('__metadata__.trace is missing');
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch {
    fail('__metadata__.trace is not JSON');
  }
  if (!isObject(header) || !Array.isArray(header['nodes']) || !isObject(header['ranges'])) {
    fail('__metadata__.trace has no nodes or no ranges');
  }
  return header as unknown as TraceHeader;
}

/** The float32 numbers called `name`; throws an Error when they are missing or of another type. */
export function floatsOf(tensors: ReadonlyMap<string, Tensor>, name: string): Float32Array {
  const tensor = tensors.get(name);
  if (tensor?.dtype !== 'F32') fail(`${name} is ${tensor ? tensor.dtype : 'missing'}, not F32`);
  return tensor.data;
}

/**
 * A column of float64: sent as float32 where that is exact, as one number where all are equal, as
 * the first and the last where they rise by 1, as places in a table where few are different.
 */
export function columnOf(
  tensors: ReadonlyMap<string, Tensor>,
  name: string,
  count: number,
): Float64Array {
  const tensor = tensors.get(name);
  const table = tensors.get(`${name}.values`);
  if (tensor?.dtype === 'U8' && table?.dtype === 'F64') return lookedUp(tensor.data, table.data);
  if (tensor?.dtype !== 'F64' && tensor?.dtype !== 'F32') {
    fail(`${name} is ${tensor ? tensor.dtype : 'missing'}, not F32 or F64`);
  }
  const { data } = tensor;
  const first = data[0] as number;
  if (data.length === 1) return new Float64Array(count).fill(first);
  if (data.length === 2 && count > 2) return new Float64Array(count).map((_, i) => first + i);
  if (data.length !== count) fail(`${name} has ${data.length} numbers, expected ${count}`);
  return data instanceof Float64Array ? data : new Float64Array(data);
}

function lookedUp(places: Uint8Array, table: Float64Array): Float64Array {
  const column = new Float64Array(places.length);
  for (let i = 0; i < column.length; i++) column[i] = table[places[i] as number] ?? NaN;
  return column;
}

/** The bytes called `name`; throws an Error when they are missing or of another type. */
export function bytesOf(tensors: ReadonlyMap<string, Tensor>, name: string): Uint8Array {
  const tensor = tensors.get(name);
  if (tensor?.dtype !== 'U8') fail(`${name} is ${tensor ? tensor.dtype : 'missing'}, not U8`);
  return tensor.data;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

function fail(reason: string): never {
  throw new Error(`Not a valid payload: ${reason}.`);
}
