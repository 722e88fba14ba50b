import fs from 'node:fs/promises';

const LOOK_EVERY_MS = 250;
const PAGE_BYTES = 4_096;
const BYTES_PER_MIB = 1_048_576;
/** Fields of `/proc/<pid>/stat` behind the name of the program, which may hold anything. */
const GROUP_FIELD = 2;
const RESIDENT_FIELD = 21;

/**
 * Looks four times a second how much memory the processes of a group have resident together, and calls back once when it is more than `limitMiB`.
 * Where the system does not tell (anything but Linux), it never does.
 * @returns what ends the watch.
 */
export function watchGroupMemory(group: number, limitMiB: number, exceeded: (usedMiB: number) => void): () => void {
  let isLooking = false;
  const look = async (): Promise<void> => {
    if (isLooking) return;
    isLooking = true;
    const used = await groupMemoryMiB(group);
    isLooking = false;
    if (used <= limitMiB || stopped) return;
    stop();
    exceeded(used);
  };
  let stopped = false;
  const timer = setInterval(() => void look(), LOOK_EVERY_MS).unref();
  const stop = (): void => {
    stopped = true;
    clearInterval(timer);
  };
  return stop;
}

/** Memory that its processes share is counted for each. 0 where there is no such group, or the system does not tell. */
export async function groupMemoryMiB(group: number): Promise<number> {
  const names = await fs.readdir('/proc').catch(() => []);
  const stats = await Promise.all(
    names.filter((name) => /^\d+$/.test(name)).map((pid) => fs.readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')),
  );
  const pages = stats
    .map((stat) => stat.slice(stat.lastIndexOf(')') + 2).split(' '))
    .filter((fields) => Number(fields[GROUP_FIELD]) === group)
    .reduce((sum, fields) => sum + Number(fields[RESIDENT_FIELD]), 0);
  return (pages * PAGE_BYTES) / BYTES_PER_MIB;
}
