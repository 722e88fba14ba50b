import type { CodeEntry } from '../../code-entry.js';

export const CONFIG_CODES = {
  CONFIG_INVALID: {
    retryable: false,
    httpStatus: 400,
    cause: 'The file perennial.config.ts cannot be loaded, or what it exports is not a configuration.',
    cure: 'Correct what the message lists; docs/configuration.md describes every field.',
  },
  CONFIG_UNKNOWN_PROFILE: {
    retryable: false,
    httpStatus: 400,
    cause: 'The profile that was asked for is not in perennial.config.ts.',
    cure: 'Name one of the profiles with --profile or PERENNIAL_PROFILE, or add it to perennial.config.ts.',
  },
} as const satisfies Record<string, CodeEntry>;
