import type { CodeEntry } from '../../code-entry.js';

export const POOL_CODES = {
  POOL_NONE_FITS: {
    retryable: false,
    httpStatus: 422,
    cause: 'A step asks for resources, or for a pool by name, that no configured pool offers.',
    cure: 'Ask for less, name another pool, or add a pool that offers it to perennial.config.ts; then start the run again.',
  },
  POOL_UNKNOWN: {
    retryable: false,
    httpStatus: 404,
    cause: 'A worker or a command was told a pool that is not configured.',
    cure: 'Use one of the known pools, or add the pool to perennial.config.ts.',
  },
  POOL_CONFIG_INVALID: {
    retryable: false,
    httpStatus: 422,
    cause: 'The configuration of the pools has a value that is out of range or contradicts another.',
    cure: 'Mend the fields that the message names.',
  },
  POOL_DEVICES_MISSING: {
    retryable: false,
    httpStatus: 503,
    cause: 'A worker of a pool with devices could not find as many as the pool says.',
    cure: 'Run `nvidia-smi` on the machine, mend the driver, or list the devices in the configuration of the pool.',
  },
} as const satisfies Record<string, CodeEntry>;
