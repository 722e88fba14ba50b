import { pathToFileURL } from 'node:url';
import { importModule } from '../modules/import-module.js';
import { METRICS } from './metrics.js';

/** Absolute paths of the files that define those of some metrics that are not built in: a worker thread has to import them. */
export const metricFiles = (names: readonly string[]): readonly string[] => [
  ...new Set(names.flatMap((name) => METRICS.originOf(name)?.files.slice(0, 1) ?? [])),
];

/** In a worker thread. Throws what the files throw. */
export async function loadMetrics(files: readonly string[]): Promise<void> {
  for (const file of files) await importModule(pathToFileURL(file).href);
}
