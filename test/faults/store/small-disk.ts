import { execFile } from 'node:child_process';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export const DISK_BYTES = 1 << 20;

/** Mounts a disk of `DISK_BYTES` at `at`, or says why that is not possible here. */
export async function mountSmallDisk(at: string): Promise<string | null> {
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${DISK_BYTES}`, 'tmpfs', at]);
    return null;
  } catch (error) {
    return String((error as { stderr?: string }).stderr ?? error).trim();
  }
}

export async function unmount(at: string): Promise<void> {
  await run('umount', [at]);
}

/** Why no disk can be mounted here, told on stderr too; null when one can. */
export async function whyNoSmallDisk(): Promise<string | null> {
  const probe = await fs.mkdtemp(path.join(os.tmpdir(), 'perennial-mount-'));
  const reason = await mountSmallDisk(probe);
  if (reason === null) await unmount(probe);
  else process.stderr.write(`SKIPPED: the test with a full disk needs the right to mount one: ${reason}\n`);
  await fs.rm(probe, { recursive: true, force: true });
  return reason;
}
