import { stat } from 'node:fs/promises';
import type { SourceSpec } from '../../contracts/dataset.js';
import { canonicalJson } from '../../store/json/canonical-json.js';
import { sha256Hex } from '../../store/hash.js';
import { sourceFiles } from './source-files.js';

/**
 * SHA-256, hex, of the names, sizes and times of change of the files of a source: another one whenever a file came, went or was written.
 * The files themselves are not read.
 */
export async function sourceState({ path }: SourceSpec): Promise<string> {
  const files = await Promise.all(
    (await sourceFiles(path)).map(async (file) => {
      const { size, mtimeMs } = await stat(file);
      return [file, size, mtimeMs];
    }),
  );
  return sha256Hex(canonicalJson(files));
}
