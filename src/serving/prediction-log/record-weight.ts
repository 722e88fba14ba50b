import type { PredictionRecord } from './prediction-record.js';

/** What an object, a text, a row of a record costs beside its content, bytes; V8 takes about so much. */
const OBJECT_BYTES = 256;
const TEXT_BYTES = 24;
const ROW_BYTES = 24;

/** About how much memory a record holds, bytes. Texts count two bytes a character, the most that they can take. */
export function weightOf({ ids, inputs }: PredictionRecord): number {
  const columns = inputs?.batch.columns ?? [];
  return columns.reduce(
    (sum, values) => sum + (Array.isArray(values) ? textBytes(values) : values.byteLength),
    OBJECT_BYTES + ids.length * ROW_BYTES + textBytes(ids),
  );
}

function textBytes(texts: readonly string[]): number {
  let bytes = 0;
  for (const text of texts) bytes += TEXT_BYTES + 2 * text.length;
  return bytes;
}
