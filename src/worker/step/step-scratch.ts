import { mkdirSync, rmSync } from 'node:fs';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { isAlive } from '../journal/attempt-journal.js';
import { keyName } from './run-keys.js';

const ROOT = path.join(os.tmpdir(), 'perennial');
const OWN = `${keyName(os.hostname())}~${process.pid}`;

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
  const folder = path.join(ROOT, OWN, run, keyName(fence.activityId), String(fence.attempt));
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

/** Removes the scratch folders of processes of this machine that are gone, such as workers ended by kill -9. */
export async function sweepScratch(): Promise<void> {
  const prefix = `${keyName(os.hostname())}~`;
  const names = await fs.readdir(ROOT).catch(() => []);
  for (const name of names.filter((candidate) => candidate.startsWith(prefix))) {
    const pid = Number(name.slice(prefix.length));
    if (Number.isSafeInteger(pid) && !isAlive(pid)) await fs.rm(path.join(ROOT, name), { recursive: true, force: true });
  }
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
