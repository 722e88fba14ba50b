import fs from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

const TOUCH_MS = 2_000;
/** A holder that has not touched its lock for so long is gone. */
const STALE_MS = 12_000;
const LOOK_MS = 200;

/**
 * Runs `work` while no other process of this machine does under the same lock file. It saves double work and is no more than that: a holder
 * that was suspended for long may find another beside it.
 */
export async function withBuildLock<T>(file: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  await take(file, signal);
  const timer = setInterval(() => {
    const now = new Date();
    // The lock may have been taken over; the work is safe without it.
    fs.utimes(file, now, now).catch(() => undefined);
  }, TOUCH_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    await fs.rm(file, { force: true });
  }
}

async function take(file: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    try {
      await fs.writeFile(file, String(process.pid), { flag: 'wx' });
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const status = await fs.stat(file).catch(() => null);
    if (status !== null && Date.now() - status.mtimeMs > STALE_MS) await fs.rm(file, { force: true });
    else await sleep(LOOK_MS);
  }
}
