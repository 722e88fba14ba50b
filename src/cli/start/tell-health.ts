import { rmSync, writeFileSync } from 'node:fs';

/** The health check takes a file that is older than four of these for a hanging process. */
const EVERY_MS = 10_000;

/**
 * Writes a file now and every ten seconds, for a health check to look at its time. One that cannot be written is an error at once; later
 * the old time says enough. An empty name writes none.
 */
export function tellHealth(file: string): { stop(): void } {
  if (file === '') return { stop: () => undefined };
  const write = (): void => {
    writeFileSync(file, `${new Date().toISOString()}\n`);
  };
  write();
  const timer = setInterval(() => {
    try {
      write();
    } catch {
      // The file keeps its old time, which is what the check goes by.
    }
  }, EVERY_MS);
  timer.unref();
  return {
    stop: () => {
      clearInterval(timer);
      rmSync(file, { force: true });
    },
  };
}
