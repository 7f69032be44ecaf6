import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bytesOf, columnOf, floatsOf, parseTensors, readTraceHeader } from './wire';

/** The layout by hand: length, header (padded with blanks to `align`), data. */
function payload(header: unknown, data: Uint8Array = new Uint8Array(), align = 8): ArrayBuffer {
  const text = typeof header === 'string' ? header : JSON.stringify(header);
  const bytes = new TextEncoder().encode(text);
  const length = Math.ceil(bytes.length / align) * align;
  const out = new Uint8Array(8 + length + data.length).fill(0x20);
  new DataView(out.buffer).setBigUint64(0, BigInt(length), true);
  out.set(bytes, 8);
  out.set(data, 8 + length);
  return out.buffer;
}

function f32(...values: number[]): Uint8Array {
  return new Uint8Array(new Float32Array(values).buffer);
}

const ONE = { dtype: 'F32', shape: [2], data_offsets: [0, 8] };

describe('parseTensors', () => {
  it('reads names, shapes, numbers and metadata', () => {
    const data = new Uint8Array([...f32(1.5, -2), 7, 8, 9]);
    const header = {
      __metadata__: { trace: '{}' },
      a: ONE,
      b: { dtype: 'U8', shape: [3, 1, 1], data_offsets: [8, 11] },
    };
    const { tensors, metadata } = parseTensors(payload(header, data));
    expect([...tensors.keys()]).toEqual(['a', 'b']);
    expect(tensors.get('b')?.shape).toEqual([3, 1, 1]);
    expect([...floatsOf(tensors, 'a')]).toEqual([1.5, -2]);
    expect([...bytesOf(tensors, 'b')]).toEqual([7, 8, 9]);
    expect(metadata).toEqual({ trace: '{}' });
  });

  it('returns views of the buffer, not copies', () => {
    const buffer = payload({ a: ONE }, f32(1, 2));
    expect(floatsOf(parseTensors(buffer).tensors, 'a').buffer).toBe(buffer);
  });

  it('copies an array that is not aligned, with the same numbers', () => {
    const header = {
      a: { dtype: 'F32', shape: [2], data_offsets: [1, 9] },
      b: { dtype: 'U8', shape: [1], data_offsets: [0, 1] },
    };
    const buffer = payload(header, new Uint8Array([5, ...f32(0.25, 3)]));
    const { tensors } = parseTensors(buffer);
    expect([...floatsOf(tensors, 'a')]).toEqual([0.25, 3]);
    expect(bytesOf(tensors, 'b').buffer).toBe(buffer);
  });

  it('reads a scalar, an empty array and 64-bit integers', () => {
    const header = {
      scalar: { dtype: 'I64', shape: [], data_offsets: [0, 8] },
      empty: { dtype: 'F32', shape: [0, 4], data_offsets: [8, 8] },
    };
    const { tensors } = parseTensors(payload(header, new Uint8Array([3, 0, 0, 0, 0, 0, 0, 0])));
    expect(tensors.get('scalar')?.data).toEqual(new BigInt64Array([3n]));
    expect(tensors.get('empty')?.data.length).toBe(0);
  });

  it('takes an empty payload without metadata', () => {
    expect(parseTensors(payload({}))).toEqual({ tensors: new Map(), metadata: {} });
  });

  it('keeps a tensor called __proto__ as an ordinary name', () => {
    const text = '{"__proto__":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}';
    const { tensors } = parseTensors(payload(text, f32(1, 2)));
    expect([...tensors.keys()]).toEqual(['__proto__']);
  });
});

describe('parseTensors refuses', () => {
  const broken: [string, ArrayBuffer, RegExp][] = [
    ['an empty buffer', new ArrayBuffer(0), /0 bytes are too few/],
    ['a cut prefix', new ArrayBuffer(5), /too few/],
    ['a length beyond the buffer', payload({}).slice(0, 10), /claims 8 bytes, 2 are there/],
    [
      'a length of 2^64 - 1',
      new Uint8Array(16).fill(255, 0, 8).buffer,
      /claims 18446744073709551615 bytes/,
    ],
    ['text that is not JSON', payload('{"a":'), /not JSON/],
    ['bytes that are not UTF-8', new Uint8Array([2, 0, 0, 0, 0, 0, 0, 0, 255, 254]).buffer, /JSON/],
    ['an array as header', payload([]), /not a JSON object/],
    ['null as header', payload(null), /not a JSON object/],
    ['an entry that is a number', payload({ a: 1 }), /entry of a/],
    ['an unknown type', payload({ a: { ...ONE, dtype: 'F16' } }, f32(1, 2)), /unknown type F16/],
    ['a type from the prototype', payload({ a: { ...ONE, dtype: 'toString' } }), /unknown type/],
    ['a negative size', payload({ a: { ...ONE, shape: [-2] } }, f32(1, 2)), /no valid shape/],
    ['a fractional size', payload({ a: { ...ONE, shape: [0.5] } }), /no valid shape/],
    ['a size past 2^53', payload({ a: { ...ONE, shape: [2 ** 60] } }), /no valid shape/],
    ['a shape that is no list', payload({ a: { ...ONE, shape: 2 } }), /no valid shape/],
    ['one offset', payload({ a: { ...ONE, data_offsets: [0] } }), /no valid data_offsets/],
    ['offsets that run backwards', payload({ a: { ...ONE, data_offsets: [8, 0] } }), /span -8/],
    ['a shape larger than its bytes', payload({ a: { ...ONE, shape: [9] } }), /needs 36 bytes/],
    ['data that is cut off', payload({ a: ONE }, f32(1)), /end at byte 8 .* 4 bytes/],
    ['data that nobody owns', payload({ a: ONE }, f32(1, 2, 3)), /end at byte 8 .* 12 bytes/],
    ['a hole', payload({ a: { ...ONE, data_offsets: [4, 12] } }, f32(1, 2, 3)), /begins at byte 4/],
    [
      'an overlap',
      payload({ a: ONE, b: { ...ONE, data_offsets: [4, 12] } }, f32(1, 2, 3)),
      /b begins/,
    ],
    ['metadata that is no object', payload({ __metadata__: 'x' }), /__metadata__/],
    ['metadata that is not text', payload({ __metadata__: { trace: {} } }), /__metadata__\.trace/],
  ];
  it.each(broken)('%s', (_, buffer, reason) => {
    expect(() => parseTensors(buffer)).toThrow(reason);
  });
});

describe('readTraceHeader', () => {
  it('returns the header that the server wrote', () => {
    const trace = { trace_id: 't1', nodes: [], ranges: { layer: {}, block: {}, network: [0, 1] } };
    expect(readTraceHeader({ trace: JSON.stringify(trace) })).toEqual(trace);
  });

  it.each([
    [{}, /missing/],
    [{ trace: '{' }, /not JSON/],
    [{ trace: '{"nodes": []}' }, /no nodes or no ranges/],
    [{ trace: '[]' }, /no nodes or no ranges/],
  ])('refuses %j', (metadata: Record<string, string>, reason) => {
    expect(() => readTraceHeader(metadata)).toThrow(reason);
  });
});

describe('floatsOf and bytesOf', () => {
  const { tensors } = parseTensors(payload({ a: ONE }, f32(1, 2)));

  it('name the tensor that is missing or of the wrong type', () => {
    expect(() => floatsOf(tensors, 'b')).toThrow('b is missing, not F32');
    expect(() => bytesOf(tensors, 'a')).toThrow('a is F32, not U8');
  });
});

describe.each(['payload_uint8', 'payload_float32'])('the golden file %s', (name) => {
  const path = (ending: string) =>
    new URL(`../../../tests/golden/${name}.${ending}`, import.meta.url);
  const bytes = readFileSync(path('bin'));
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  const expected = JSON.parse(readFileSync(path('json'), 'utf8')) as {
    trace: unknown;
    tensors: Record<string, { dtype: string; shape: number[]; data: number[] }>;
  };

  it('holds what Python wrote, number for number', () => {
    const { tensors, metadata } = parseTensors(buffer);
    expect(JSON.parse(metadata['trace'] as string)).toEqual(expected.trace);
    const found = [...tensors].map(([id, { dtype, shape, data }]) => [
      id,
      { dtype, shape, data: Array.from(data, Number) },
    ]);
    expect(Object.fromEntries(found)).toEqual(expected.tensors);
  });

  it('is read without a copy', () => {
    const { tensors } = parseTensors(buffer);
    for (const { data } of tensors.values()) expect(data.buffer).toBe(buffer);
  });
});

describe('columnOf', () => {
  const header = {
    wide: { dtype: 'F64', shape: [2], data_offsets: [0, 16] },
    narrow: { dtype: 'F32', shape: [2], data_offsets: [16, 24] },
    one: { dtype: 'F32', shape: [1], data_offsets: [24, 28] },
    other: { dtype: 'U8', shape: [4], data_offsets: [28, 32] },
  };
  const wide = new Uint8Array(Float64Array.of(0.1, NaN).buffer);
  const data = new Uint8Array([...wide, ...f32(0.5, -2), ...f32(3), 1, 2, 3, 4]);
  const { tensors } = parseTensors(payload(header, data));

  it('is the same numbers however they were sent', () => {
    expect([...columnOf(tensors, 'wide', 2)]).toEqual([0.1, NaN]);
    expect([...columnOf(tensors, 'narrow', 2)]).toEqual([0.5, -2]);
    expect([...columnOf(tensors, 'one', 3)]).toEqual([3, 3, 3]);
  });

  it('is counted up where only the first and the last were sent', () => {
    const ends = { steps: { dtype: 'F32', shape: [2], data_offsets: [0, 8] } };
    const sent = parseTensors(payload(ends, new Uint8Array(f32(391, 394)))).tensors;
    expect([...columnOf(sent, 'steps', 4)]).toEqual([391, 392, 393, 394]);
    expect([...columnOf(sent, 'steps', 2)]).toEqual([391, 394]);
  });

  it('is looked up where few numbers are different', () => {
    const header = {
      'few.values': { dtype: 'F64', shape: [2], data_offsets: [0, 16] },
      few: { dtype: 'U8', shape: [3], data_offsets: [16, 19] },
    };
    const table = new Uint8Array(Float64Array.of(0.1, 0.7).buffer);
    const sent = parseTensors(payload(header, new Uint8Array([...table, 1, 0, 1]))).tensors;
    expect([...columnOf(sent, 'few', 3)]).toEqual([0.7, 0.1, 0.7]);
  });

  it.each([
    ['missing', 2, 'missing is missing, not F32 or F64'],
    ['other', 4, 'other is U8, not F32 or F64'],
    ['wide', 1, 'wide has 2 numbers, expected 1'],
  ])('says what is wrong with %s', (name, count, fault) => {
    expect(() => columnOf(tensors, name, count)).toThrow(fault);
  });
});
