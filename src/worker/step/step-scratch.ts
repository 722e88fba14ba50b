import { mkdirSync, rmSync } from 'node:fs';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { livingProcesses } from '../../store/claims/living-processes.js';
import { keyName } from './run-keys.js';

const ROOT = path.join(os.tmpdir(), 'perennial');
/** Name of a process's folder: `<boot of the machine>~<random>`. Other entries have other forms. */
const OWNED = /^[^~]+~[^~]+$/;

export type ScratchFence = {
  readonly workflowId: string;
  readonly runId: string;
  readonly activityId: string;
  readonly attempt: number;
};

export interface Scratch {
  /** Where it is, or will be. */
  readonly folder: string;
  /** The folder, which is made now unless it is there. */
  path(): string;
  /** Somebody else has made it. */
  readonly made: () => void;
  remove(): Promise<void>;
}

/** An empty folder that no other attempt has, made when it is first asked for; `remove` deletes it with all that it holds. */
export function openScratch(fence: ScratchFence): Scratch {
  let isMade = false;
  const run = `${keyName(fence.workflowId)}@${keyName(fence.runId)}`;
  const folder = path.join(ROOT, livingProcesses(ROOT).own(), run, keyName(fence.activityId), String(fence.attempt));
  return {
    folder,
    made: () => {
      isMade = true;
    },
    path: () => {
      if (!isMade) {
        rmSync(folder, { recursive: true, force: true });
        mkdirSync(folder, { recursive: true });
        isMade = true;
      }
      return folder;
    },
    remove: async () => {
      if (!isMade) return;
      await fs.rm(folder, { recursive: true, force: true, maxRetries: 3 });
      await removeEmptyParents(path.dirname(folder));
    },
  };
}

/** Removes the scratch folders of processes that are gone, such as workers ended by kill -9. */
export async function sweepScratch(): Promise<void> {
  const processes = livingProcesses(ROOT);
  for (const name of (await fs.readdir(ROOT).catch(() => [])).filter((candidate) => OWNED.test(candidate))) {
    const folder = path.join(ROOT, name);
    const status = await fs.stat(folder).catch(() => null);
    if (status !== null && (await processes.isGone(name, status.mtimeMs))) await fs.rm(folder, { recursive: true, force: true });
  }
  await processes.sweep();
}

async function removeEmptyParents(folder: string): Promise<void> {
  for (let parent = folder; parent.startsWith(ROOT + path.sep); parent = path.dirname(parent)) {
    const removed = await fs.rmdir(parent).then(
      () => true,
      () => false,
    );
    if (!removed) return;
  }
}
