import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import type { JsonObject } from '../contracts/json.js';
import { OWN_VERSION } from '../cache/code/package-version.js';

const run = promisify(execFile);
const GIT_PATIENCE_MS = 2_000;

const commits = new Map<string, Promise<string | null>>();

/** Where a run was carried out. `file`: that which defines the pipeline; `commit`: of its folder when that is under version control. */
export async function runEnvironment(file: string | null): Promise<JsonObject> {
  return {
    node: process.version,
    platform: process.platform,
    arch: process.arch,
    perennial: OWN_VERSION,
    file,
    commit: file === null ? null : await commitOf(path.dirname(file)),
  };
}

/** Asked once for each folder of this process. */
function commitOf(folder: string): Promise<string | null> {
  const known = commits.get(folder);
  if (known !== undefined) return known;
  // Neither a folder outside of version control nor a machine without git is a failure.
  const commit = run('git', ['-C', folder, 'rev-parse', 'HEAD'], { timeout: GIT_PATIENCE_MS }).then(
    ({ stdout }) => stdout.trim(),
    () => null,
  );
  commits.set(folder, commit);
  return commit;
}
