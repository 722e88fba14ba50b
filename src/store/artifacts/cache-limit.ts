import { PipelineError } from '../../errors/pipeline-error.js';
import type { Environment } from './cache-folder.js';

const VARIABLE = 'PERENNIAL_CACHE_LIMIT';
const DEFAULT_BYTES = 20 * 2 ** 30;
const UNITS: Readonly<Record<string, number>> = { KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 };

/**
 * How many bytes of objects of a remote store are kept on this machine: `PERENNIAL_CACHE_LIMIT`, such as `50 GiB`. Default 20 GiB.
 * @throws PipelineError `STORE_CACHE_LIMIT_INVALID`.
 */
export function cacheLimit(env: Environment): number {
  const text = env[VARIABLE];
  if (text === undefined || text === '') return DEFAULT_BYTES;
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?) ?(KiB|MiB|GiB|TiB)$/.exec(text.trim()) ?? [];
  if (amount !== undefined) return Math.round(Number(amount) * (UNITS[unit] ?? 1));
  throw new PipelineError('STORE_CACHE_LIMIT_INVALID', {
    what: `${VARIABLE} cannot be read`,
    expected: 'a number with KiB, MiB, GiB or TiB, such as 50 GiB',
    received: JSON.stringify(text),
  });
}
