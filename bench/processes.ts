import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const PAGE_BYTES = 4096;
const TICKS_PER_SECOND = 100;
const PERIOD_MS = 200;
const MIB = 2 ** 20;

type Sample = { readonly rssMiB: number; readonly cpuSeconds: number };

/** Memory and CPU seconds of these processes and all that descend from them, from /proc. Linux only. */
export function sampleTree(roots: readonly number[]): Sample {
  const parents = new Map<number, { readonly parent: number; readonly ticks: number; readonly pages: number }>();
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    const fields = statOf(pid);
    if (fields === null) continue;
    parents.set(pid, {
      parent: Number(fields[1]),
      ticks: Number(fields[11]) + Number(fields[12]) + Number(fields[13]) + Number(fields[14]),
      pages: Number(fields[21]),
    });
  }
  let rssMiB = 0;
  let cpuSeconds = 0;
  for (const [pid, { ticks, pages }] of parents) {
    let ancestor: number | undefined = pid;
    while (ancestor !== undefined && !roots.includes(ancestor)) ancestor = parents.get(ancestor)?.parent;
    if (ancestor === undefined) continue;
    rssMiB += (pages * PAGE_BYTES) / MIB;
    cpuSeconds += ticks / TICKS_PER_SECOND;
  }
  return { rssMiB, cpuSeconds };
}

/** The fields of /proc/<pid>/stat after the name; null when the process is gone. */
function statOf(pid: number): string[] | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return null;
  }
}

/** Runs `work` and says how much memory the processes had at most, and how much CPU time they used meanwhile. */
export async function watched<T>(
  roots: readonly number[],
  work: () => Promise<T>,
): Promise<{ readonly value: T; readonly peakRssMiB: number; readonly cpuSeconds: number }> {
  const before = sampleTree(roots);
  let peakRssMiB = before.rssMiB;
  const stop = new AbortController();
  const sampling = (async (): Promise<void> => {
    while (!stop.signal.aborted) {
      await sleep(PERIOD_MS);
      peakRssMiB = Math.max(peakRssMiB, sampleTree(roots).rssMiB);
    }
  })();
  try {
    const value = await work();
    const after = sampleTree(roots);
    return { value, peakRssMiB: Math.max(peakRssMiB, after.rssMiB), cpuSeconds: after.cpuSeconds - before.cpuSeconds };
  } finally {
    stop.abort();
    await sampling;
  }
}
