import { varint } from './compact-writer.js';

/** Bits that hold 0 to `most`. */
export const bitWidth = (most: number): number => (most === 0 ? 0 : 32 - Math.clz32(most));

/** A run of `length` equal values. */
export function oneRun(value: number, length: number, width: number): Buffer {
  const repeated = Buffer.alloc(Math.ceil(width / 8));
  if (repeated.length > 0) repeated.writeUIntLE(value, 0, repeated.length);
  return Buffer.concat([varint(length * 2), repeated]);
}

/**
 * Parquet's hybrid of run lengths and packed bits (Encodings.md, RLE = 3): one run when all values are equal, else all of them packed in
 * `width` bits each, least significant bit first. Values are 0 to 2^width - 1; width is 0 to 24.
 */
export function hybridRuns(values: Uint8Array | Int32Array, width: number): Buffer {
  const [first = 0] = values;
  let equal = 1;
  while (equal < values.length && values[equal] === first) equal += 1;
  if (equal >= values.length) return oneRun(first, values.length, width);
  const groups = Math.ceil(values.length / 8);
  const packed = Buffer.alloc(groups * width);
  let bits = 0;
  let held = 0;
  let at = 0;
  for (const value of values) {
    bits |= value << held;
    held += width;
    while (held >= 8) {
      packed[at++] = bits & 0xff;
      bits >>>= 8;
      held -= 8;
    }
  }
  if (held > 0) packed[at] = bits & 0xff;
  return Buffer.concat([varint(groups * 2 + 1), packed]);
}
