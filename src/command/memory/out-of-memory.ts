import fs from 'node:fs/promises';

const EVENTS = '/sys/fs/cgroup/memory.events';

/** How many processes of this machine's (container's) control group the kernel has ended for want of memory; 0 where it does not say. */
export async function countMemoryKills(): Promise<number> {
  const text = await fs.readFile(EVENTS, 'utf8').catch(() => '');
  return parseMemoryKills(text);
}

export function parseMemoryKills(text: string): number {
  return Number(/^oom_kill (\d+)$/m.exec(text)?.[1] ?? 0);
}
