import fs from 'node:fs/promises';
import { PipelineError } from '../../errors/pipeline-error.js';

const LOOK_EVERY_MS = 250;
const BYTES_PER_MIB = 1_048_576;
const PAGE_BYTES = 4_096;

/**
 * Looks four times a second how much memory a process has resident, and calls back once when it is more than `limitMiB`. Where the system does not
 * tell (anything but Linux), it never does.
 * @returns what ends the watch.
 */
export function watchMemory(pid: number, limitMiB: number, where: string, exceeded: (error: PipelineError) => void): () => void {
  const timer = setInterval(() => {
    void residentMiB(pid).then((used) => {
      if (used === null || used <= limitMiB) return;
      clearInterval(timer);
      exceeded(memoryExceeded(where, limitMiB, used));
    });
  }, LOOK_EVERY_MS);
  timer.unref();
  return () => {
    clearInterval(timer);
  };
}

/** @param limitMiB - null: the step asked for none. @param usedMiB - null: not known, the heap of JavaScript was full. */
export function memoryExceeded(where: string, limitMiB: number | null, usedMiB: number | null): PipelineError {
  return new PipelineError('EXECUTION_MEMORY_EXCEEDED', {
    what: 'the step used too much memory',
    where,
    expected: limitMiB === null ? 'no more than the heap that Node allows' : `at most ${gib(limitMiB)}`,
    received: usedMiB === null ? 'a full heap' : gib(usedMiB),
    details: {
      limitMiB: limitMiB === null ? null : Math.round(limitMiB),
      usedMiB: usedMiB === null ? null : Math.round(usedMiB),
    },
  });
}

/** Null where it cannot be known, or the process is gone. */
export async function residentMiB(pid: number): Promise<number | null> {
  const text = await fs.readFile(`/proc/${pid}/statm`, 'utf8').catch(() => '');
  const pages = Number(text.split(' ')[1] ?? Number.NaN);
  return Number.isFinite(pages) ? (pages * PAGE_BYTES) / BYTES_PER_MIB : null;
}

const gib = (mib: number): string => `${(mib / 1024).toFixed(2)} GiB`;
