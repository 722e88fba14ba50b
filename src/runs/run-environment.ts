import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import type { JsonObject } from '../contracts/json.js';
import { OWN_VERSION } from '../cache/code/package-version.js';

const run = promisify(execFile);
const GIT_PATIENCE_MS = 2_000;

const commits = new Map<string, Promise<string | null>>();

/** The environment of a run. `file` defines the pipeline; `commit` is that of its folder, when the folder is under version control. */
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

/** Runs git once per folder and process. */
function commitOf(folder: string): Promise<string | null> {
  const known = commits.get(folder);
  if (known !== undefined) return known;
  // A folder outside of version control, or a machine without git, has no commit.
  const commit = run('git', ['-C', folder, 'rev-parse', 'HEAD'], { timeout: GIT_PATIENCE_MS }).then(
    ({ stdout }) => stdout.trim(),
    () => null,
  );
  commits.set(folder, commit);
  return commit;
}
