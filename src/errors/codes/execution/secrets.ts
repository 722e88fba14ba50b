import type { CodeEntry } from '../../code-entry.js';

export const SECRETS_CODES = {
  SECRET_MISSING: {
    retryable: false,
    httpStatus: 424,
    cause: 'A step or a notifier names secrets that the worker cannot find in any of the places where it looks.',
    cure: 'Put a file of that name into the folder PERENNIAL_SECRETS_DIR, or set an environment variable of that name for the worker.',
  },
  SECRET_TOO_SHORT: {
    retryable: false,
    httpStatus: 422,
    cause: 'The value of a secret is so short that it cannot be told from ordinary text, and so cannot be kept out of logs.',
    cure: 'Use a value of at least 6 characters, or pass it as a plain setting.',
  },
  SECRET_UNREADABLE: {
    retryable: false,
    httpStatus: 500,
    cause: 'A file that holds secrets is there but cannot be read.',
    cure: 'Give the user of the worker the right to read it.',
  },
  SECRET_LEAKED: {
    retryable: false,
    httpStatus: 422,
    cause: 'A step tried to write the value of one of its secrets into the object store: a file, a checkpoint or a description.',
    cure: 'Leave the secret out of what the step publishes; nothing of that write was stored.',
  },
} as const satisfies Record<string, CodeEntry>;
