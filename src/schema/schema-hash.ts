import type { SchemaSpec } from '../contracts/dataset.js';
import { contentHash } from './content-hash.js';

/** SHA-256, hex, of a schema. The order of columns counts, the order of keys within a column does not. */
export function schemaHash(spec: SchemaSpec): string {
  return contentHash(spec);
}
