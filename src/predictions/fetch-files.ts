import { join } from 'node:path';
import type { ObjectStore } from '../store/port.js';
import { inParallel } from './in-parallel.js';
import type { LogFile } from './log-file-name.js';
import { AT_ONCE } from './log-files.js';

/** Local paths of files of the log, in their order: where the store has them on this machine, else copies in the folder `scratch`. STORE_NOT_FOUND. */
export async function fetchFiles(
  objects: ObjectStore,
  files: readonly LogFile[],
  { scratch, name, signal }: { readonly scratch: string; readonly name: string; readonly signal: AbortSignal },
): Promise<string[]> {
  return inParallel(files, AT_ONCE, async ({ key }, index) => {
    signal.throwIfAborted();
    const local = objects.localPath(key);
    if (local !== null) return local;
    const path = join(scratch, `${name}-${index}.parquet`);
    await objects.getFile(key, path);
    return path;
  });
}
