import { readdirSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const MIB = 2 ** 20;

/** What must not grow, at one moment. Memory in MiB, the heap after a collection; handles of the system and of Node. */
export type Sample = {
  readonly seconds: number;
  readonly heapMiB: number;
  readonly rssMiB: number;
  readonly descriptors: number;
  readonly handles: number;
  readonly storeFiles: number;
  readonly storeMiB: number;
};

export type Measure = Exclude<keyof Sample, 'seconds'>;

/** Growth from the middle third to the last third that is noise: a part of the value, and something on top. */
const NOISE: Readonly<Record<Measure, { readonly part: number; readonly plus: number }>> = {
  heapMiB: { part: 0.05, plus: 4 },
  rssMiB: { part: 0.1, plus: 40 },
  descriptors: { part: 0.05, plus: 8 },
  handles: { part: 0.05, plus: 8 },
  storeFiles: { part: 0.15, plus: 40 },
  storeMiB: { part: 0.15, plus: 2 },
};

export interface Trend {
  readonly last: number;
  /** By least squares over the last two thirds. */
  readonly perMinute: number;
  /** Mean of the last third less that of the middle one. */
  readonly growth: number;
  readonly flat: boolean;
}

setFlagsFromString('--expose-gc');
const collectHeap = runInNewContext('gc') as () => void;

/** @param store - folder; the prediction log and the driver's own folders do not count: the first is data, the second bounded by time. */
export async function takeSample(seconds: number, store: string): Promise<Sample> {
  collectHeap();
  const { heapUsed, rss } = process.memoryUsage();
  const { files, bytes } = await sizeOf(store);
  return {
    seconds,
    heapMiB: heapUsed / MIB,
    rssMiB: rss / MIB,
    descriptors: process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0,
    handles: process.getActiveResourcesInfo().length,
    storeFiles: files,
    storeMiB: bytes / MIB,
  };
}

async function sizeOf(folder: string): Promise<{ files: number; bytes: number }> {
  let [files, bytes] = [0, 0];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    const [top = ''] = path.relative(folder, file).split(path.sep);
    if (!entry.isFile() || top.startsWith('.~') || top.startsWith('prediction')) continue;
    files += 1;
    // It may have been removed since it was listed.
    bytes += (await stat(file).catch(() => null))?.size ?? 0;
  }
  return { files, bytes };
}

/** The first third is for warming up. */
export function trendOf(samples: readonly Sample[], measure: Measure): Trend {
  const third = Math.floor(samples.length / 3);
  const settled = samples.slice(third);
  const [middle, last] = [samples.slice(third, 2 * third), samples.slice(2 * third)];
  const growth = mean(last.map((sample) => sample[measure])) - mean(middle.map((sample) => sample[measure]));
  const { part, plus } = NOISE[measure];
  const level = mean(middle.map((sample) => sample[measure]));
  return {
    last: samples.at(-1)?.[measure] ?? 0,
    perMinute: slope(settled.map((sample) => [sample.seconds / 60, sample[measure]])),
    growth,
    flat: growth <= level * part + plus,
  };
}

export const MEASURES = Object.keys(NOISE) as Measure[];

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);

function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const [x0, y0] = [mean(points.map(([x]) => x)), mean(points.map(([, y]) => y))];
  const spread = points.reduce((sum, [x]) => sum + (x - x0) ** 2, 0);
  return spread === 0 ? 0 : points.reduce((sum, [x, y]) => sum + (x - x0) * (y - y0), 0) / spread;
}
