import type { CodeEntry } from '../code-entry.js';

export const CACHE_CODES = {
  CACHE_CODE_UNREADABLE: {
    retryable: false,
    httpStatus: 500,
    cause:
      'The code of a step could not be read for its cache key: a file that the pipeline file imports is missing or cannot be parsed.',
    cure: 'Mend the import that the message names, or leave the cache of the step off; until then the step runs each time.',
  },
} as const satisfies Record<string, CodeEntry>;
