import type { CodeEntry } from '../../code-entry.js';

export const CACHE_CODES = {
  CACHE_CODE_UNREADABLE: {
    retryable: false,
    httpStatus: 500,
    cause:
      'The code of a step cannot be read whole for its cache key: a file that the pipeline file imports is missing or cannot be parsed, a module is imported by a name that only a run knows, or the function captures a value that two runs cannot compare.',
    cure: 'Mend the import or the capture that the message names, give `cache.version` and change that with the code, or leave the cache of the step off; until then the step runs each time.',
  },
} as const satisfies Record<string, CodeEntry>;
