import type { LogColumn } from '../../contracts/store/prediction-row.js';
import { CompactWriter } from './compact-writer.js';
import { bitWidth, hybridRuns, oneRun } from './hybrid-runs.js';

/**
 * Values of one column of a row group: `values` has those that are there, in row order; `valid` has 1 for each row with a value and 0 for each
 * without, null when all rows have one. INTEGER: Int32Array, BIGINT and TIMESTAMP (microseconds since 1970): BigInt64Array, BOOLEAN: 0 and 1.
 */
export interface ColumnData {
  readonly column: LogColumn;
  readonly values: Int32Array | BigInt64Array | Float32Array | Float64Array | Uint8Array | readonly string[];
  readonly valid: Uint8Array | null;
}

/** A column chunk: its pages, and where in them what begins. */
export interface EncodedChunk {
  readonly bytes: Buffer;
  readonly rows: number;
  /** Offset of the data page; a dictionary page, if there is one, comes before it. */
  readonly dataOffset: number;
}

const PAGE = { data: 0, dictionary: 2 } as const;
const ENCODING = { plain: 0, runs: 3, dictionary: 8 } as const;
/** More different texts than this are written one by one. */
const DICTIONARY_SIZE = 4_096;

/** Encodes a column, uncompressed: numbers as their bytes, texts that repeat by a dictionary. */
export function encodeChunk({ column, values, valid }: ColumnData, rows: number): EncodedChunk {
  const levels = column.required ? null : valid === null ? oneRun(1, rows, 1) : hybridRuns(valid, 1);
  const head = levels === null ? [] : [lengthBytes(levels.length), levels];
  if (values instanceof Uint8Array) return withoutDictionary([...head, packBits(values)], rows);
  if (ArrayBuffer.isView(values)) {
    return withoutDictionary([...head, Buffer.from(values.buffer, values.byteOffset, values.byteLength)], rows);
  }
  const dictionary = values.length === 0 ? null : dictionaryOf(values);
  if (dictionary === null) return withoutDictionary([...head, plainTexts(values)], rows);
  const width = bitWidth(dictionary.texts.length - 1);
  const first = page(PAGE.dictionary, [plainTexts(dictionary.texts)], dictionary.texts.length, ENCODING.plain);
  const body = [...head, Buffer.from([width]), hybridRuns(dictionary.codes, width)];
  const second = page(PAGE.data, body, rows, ENCODING.dictionary);
  return { bytes: Buffer.concat([first, second]), rows, dataOffset: first.length };
}

/** Encodings that `encodeChunk` uses, for the metadata of a chunk. */
export const USED_ENCODINGS = Object.values(ENCODING);

function withoutDictionary(body: readonly Uint8Array[], rows: number): EncodedChunk {
  return { bytes: page(PAGE.data, body, rows, ENCODING.plain), rows, dataOffset: 0 };
}

function page(type: number, body: readonly Uint8Array[], count: number, encoding: number): Buffer {
  const size = body.reduce((sum, part) => sum + part.length, 0);
  const header = new CompactWriter().i32(1, type).i32(2, size).i32(3, size);
  if (type === PAGE.dictionary) header.struct(7, (inner) => inner.i32(1, count).i32(2, encoding));
  else header.struct(5, (inner) => inner.i32(1, count).i32(2, encoding).i32(3, ENCODING.runs).i32(4, ENCODING.runs));
  return Buffer.concat([header.finish(), ...body]);
}

function dictionaryOf(values: readonly string[]): { readonly texts: readonly string[]; readonly codes: Int32Array } | null {
  const codeOf = new Map<string, number>();
  const codes = new Int32Array(values.length);
  for (let index = 0; index < values.length; index += 1) {
    const text = values[index] ?? '';
    let code = codeOf.get(text);
    if (code === undefined) {
      // Ids differ in each row: a look at the first few hundred says so.
      if (codeOf.size >= DICTIONARY_SIZE || (codeOf.size >= 256 && codeOf.size > index / 2)) return null;
      code = codeOf.size;
      codeOf.set(text, code);
    }
    codes[index] = code;
  }
  return { texts: [...codeOf.keys()], codes };
}

function plainTexts(values: readonly string[]): Buffer {
  let most = 0;
  for (const text of values) most += 4 + text.length * 3;
  const bytes = Buffer.allocUnsafe(most);
  let at = 0;
  for (const text of values) {
    const length = bytes.write(text, at + 4);
    bytes.writeUInt32LE(length, at);
    at += 4 + length;
  }
  return bytes.subarray(0, at);
}

function packBits(values: Uint8Array): Buffer {
  const packed = Buffer.alloc(Math.ceil(values.length / 8));
  values.forEach((value, index) => {
    if (value !== 0) packed[index >> 3] = (packed[index >> 3] ?? 0) | (1 << (index & 7));
  });
  return packed;
}

function lengthBytes(length: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32LE(length);
  return bytes;
}
