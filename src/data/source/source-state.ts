import { stat } from 'node:fs/promises';
import type { SourceSpec } from '../../contracts/dataset.js';
import { canonicalJson } from '../../store/json/canonical-json.js';
import { sha256Hex } from '../../store/hash.js';
import { SOURCES } from '../sources.js';
import type { LoadedSource } from '../source-kind.js';
import { isFileSource } from './materialize.js';
import { sourceFiles } from './source-files.js';

/** A source that is asked for its state has so long to answer. */
const STATE_MS = 30_000;

/**
 * SHA-256, hex, of the names, sizes and times of change of the files of a source: another one whenever a file came, went or was written.
 * The files themselves are not read. An added source gives its own state; null: it gives none.
 */
export async function sourceState(source: SourceSpec): Promise<string | null> {
  if (!isFileSource(source)) {
    const kind = SOURCES.named(source.format) as LoadedSource;
    const state = await kind.state?.(source.options, AbortSignal.timeout(STATE_MS));
    return state === undefined ? null : sha256Hex(canonicalJson(state));
  }
  const files = await Promise.all(
    (await sourceFiles(source.path)).map(async (file) => {
      const { size, mtimeMs } = await stat(file);
      return [file, size, mtimeMs];
    }),
  );
  return sha256Hex(canonicalJson(files));
}
