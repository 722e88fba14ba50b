import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { cacheFolder } from '../../store/artifacts/cache-folder.js';
import { schemeOf } from '../../store/store-setting.js';
import { fail, ok, warn } from './check.js';
import type { Check, CheckResult } from './check.js';

const WARN_BELOW_BYTES = 5e9;
const FAIL_BELOW_BYTES = 0.5e9;

export const diskSpace: Check = {
  name: 'Disk space',
  run: async ({ env, store }) => {
    const folders = [
      os.tmpdir(),
      cacheFolder(env),
      ...(typeof store === 'string' && schemeOf(store) === null ? [path.resolve(store)] : []),
    ];
    const spaces = await Promise.all(folders.map(async (folder) => ({ folder, freeBytes: await freeBytes(folder) })));
    const least = spaces.reduce((low, space) => (space.freeBytes < low.freeBytes ? space : low));
    return judgeDiskSpace(least.folder, least.freeBytes);
  },
};

export function judgeDiskSpace(folder: string, freeBytes: number): CheckResult {
  const found = `${(freeBytes / 1e9).toFixed(1)} GB free at ${folder}`;
  if (freeBytes >= WARN_BELOW_BYTES) return ok(found);
  return (freeBytes < FAIL_BELOW_BYTES ? fail : warn)(found, 'free some space, or put the store elsewhere with --store');
}

/** Free space at the nearest existing folder. */
async function freeBytes(folder: string): Promise<number> {
  for (let at = folder; ; at = path.dirname(at)) {
    try {
      const { bavail, bsize } = await fs.statfs(at);
      return bavail * bsize;
    } catch (error) {
      if (path.dirname(at) === at) throw error;
    }
  }
}
