/** Use of the worker's process: processor time since the sample before, 100 = one core, and resident memory, MiB. */
export type ProcessSample = { readonly cpuPercent: number; readonly rssMiB: number };

const SHORTEST_WINDOW_MS = 250;
const BYTES_PER_MIB = 1_048_576;

let atMs = performance.now();
let used = process.cpuUsage();
let last: ProcessSample = { cpuPercent: 0, rssMiB: 0 };

/** Cheap: heartbeats of all steps of a worker share one sample of at least a quarter of a second. */
export function sampleProcess(): ProcessSample {
  const now = performance.now();
  const windowMs = now - atMs;
  if (windowMs < SHORTEST_WINDOW_MS && last.rssMiB > 0) return last;
  const { user, system } = process.cpuUsage(used);
  atMs = now;
  used = process.cpuUsage();
  const cpuPercent = windowMs < SHORTEST_WINDOW_MS ? 0 : Math.round((user + system) / (10 * windowMs));
  last = { cpuPercent, rssMiB: Math.round(process.memoryUsage.rss() / BYTES_PER_MIB) };
  return last;
}
