import { randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JsonValue } from '../../../contracts/json.js';
import { isPipelineError, PipelineError } from '../../../errors/pipeline-error.js';
import { sha256File } from '../../../store/hash.js';
import { parseJson } from '../../../store/json/parse-json.js';
import { pathInside } from '../../../store/path-inside.js';
import type { ObjectStore } from '../../../store/port.js';

type SavedFile = { readonly name: string; readonly key: string; readonly sha256: string; readonly bytes: number };
type FolderManifest = { readonly checkpoint: 'folder'; readonly files: readonly SavedFile[] };
type Seen = { readonly name: string; readonly bytes: number; readonly modifiedMs: number };

/** A program may still be writing: a folder counts as complete when it has not changed for this long. */
const REST_MS = 50;
const LOOKS = 10;

export interface FolderCheckpoints {
  /** False when nothing has changed since the last time, or the folder would not come to rest. */
  save(folder: string): Promise<boolean>;
  /** Fills the folder from the newest checkpoint; false when that is none of a folder. */
  restore(folder: string): Promise<boolean>;
}

/**
 * Checkpoints made of files. Each file is stored once for its content, and the checkpoint itself is the list of them; so a large folder of
 * which little changed is saved quickly, and one that is half written is never seen.
 */
export function openFolderCheckpoints(
  objects: ObjectStore,
  prefix: string,
  checkpoints: { save(bytes: Uint8Array): Promise<void>; newest(): Promise<Buffer | null>; filed(): void },
): FolderCheckpoints {
  // Files of another attempt, which may still run, are never removed by this one.
  let own = '';
  const stored = new Set<string>();
  let savedState = '';
  let before: readonly SavedFile[] = [];
  let last: readonly SavedFile[] = [];
  return {
    save: async (folder) => {
      const seen = await atRest(folder);
      if (seen === null || seen.length === 0 || JSON.stringify(seen) === savedState) return false;
      own ||= `${prefix}files/${randomBytes(6).toString('hex')}-`;
      const files: SavedFile[] = [];
      for (const { name } of seen) {
        const file = path.join(folder, name);
        const { sha256, bytes } = await sha256File(file);
        const key = own + sha256;
        checkpoints.filed();
        if (!stored.has(key)) await objects.putFile(key, file);
        stored.add(key);
        files.push({ name, key, sha256, bytes });
      }
      // Changed while it was read: the next time will do.
      if (JSON.stringify(await look(folder)) !== JSON.stringify(seen)) return false;
      await checkpoints.save(Buffer.from(JSON.stringify({ checkpoint: 'folder', files } satisfies FolderManifest)));
      savedState = JSON.stringify(seen);
      const needed = new Set([...last, ...files].map(({ key }) => key));
      for (const { key } of before) {
        if (needed.has(key) || !stored.delete(key)) continue;
        await objects.delete(key);
      }
      before = last;
      last = files;
      return true;
    },
    restore: async (folder) => {
      const manifest = parseManifest(await checkpoints.newest());
      if (manifest === null) return false;
      for (const file of manifest.files) {
        const target = pathInside(folder, file.name, 'a checkpoint');
        if (!file.key.startsWith(`${prefix}files/`)) throw foreignFile(file);
        await fs.mkdir(path.dirname(target), { recursive: true });
        await objects.getFile(file.key, target);
        const { sha256 } = await sha256File(target);
        if (sha256 !== file.sha256) {
          throw new PipelineError('STORE_RECORD_CORRUPT', {
            what: `file "${file.name}" of a checkpoint has changed`,
            where: file.key,
          });
        }
      }
      savedState = JSON.stringify(await look(folder));
      return true;
    },
  };
}

async function atRest(folder: string): Promise<readonly Seen[] | null> {
  let before = await look(folder);
  for (let looks = 0; looks < LOOKS && before.length > 0; looks++) {
    await sleep(REST_MS);
    const now = await look(folder);
    if (JSON.stringify(now) === JSON.stringify(before)) return now;
    before = now;
  }
  return before.length === 0 ? before : null;
}

/** The regular files of a folder; one that vanishes meanwhile is not there. */
async function look(folder: string): Promise<readonly Seen[]> {
  const entries = await fs.readdir(folder, { recursive: true, withFileTypes: true });
  const seen = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async (entry): Promise<Seen | null> => {
        const file = path.join(entry.parentPath, entry.name);
        const status = await fs.lstat(file).catch(() => null);
        return status === null ? null : { name: path.relative(folder, file), bytes: status.size, modifiedMs: status.mtimeMs };
      }),
  );
  return seen.filter((entry) => entry !== null).sort((left, right) => (left.name < right.name ? -1 : 1));
}

function parseManifest(bytes: Buffer | null): FolderManifest | null {
  if (bytes?.[0] !== '{'.charCodeAt(0)) return null;
  try {
    const value = parseJson(bytes, 'a checkpoint') as JsonValue;
    const isManifest = typeof value === 'object' && value !== null && 'checkpoint' in value && value['checkpoint'] === 'folder';
    return isManifest ? (value as unknown as FolderManifest) : null;
  } catch (error) {
    if (isPipelineError(error) && error.code === 'STORE_RECORD_CORRUPT') return null;
    throw error;
  }
}

function foreignFile({ name, key }: SavedFile): PipelineError {
  return new PipelineError('STORE_RECORD_CORRUPT', { what: `file "${name}" of a checkpoint lies elsewhere`, where: key });
}
