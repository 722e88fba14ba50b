import { stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import type { SourceSpec } from '../contracts/dataset.js';
import { canonicalJson } from '../store/canonical-json.js';
import { sha256Hex } from '../store/hash.js';
import { withDuckDb } from './duckdb.js';
import { literal } from './sql-text.js';

/**
 * SHA-256, hex, of the names, sizes and times of change of the files of a source: another one whenever a file came, went or was written.
 * The files themselves are not read.
 */
export async function sourceState({ path }: SourceSpec): Promise<string> {
  const found = await withDuckDb({ scratch: tmpdir(), threads: 1 }, (db) =>
    db.query(`SELECT file FROM glob(${literal(resolve(path))}) ORDER BY file`),
  );
  const files = await Promise.all(
    found.map(async (row) => {
      const file = String(row['file']);
      const { size, mtimeMs } = await stat(file);
      return [file, size, mtimeMs];
    }),
  );
  return sha256Hex(canonicalJson(files));
}
