import type { CodeEntry } from '../../code-entry.js';

export const REGISTRY_CODES = {
  REGISTRY_NAME_INVALID: {
    retryable: false,
    httpStatus: 400,
    cause: 'A model, endpoint or replica name has characters that a path in the store cannot have.',
    cure: 'Use 1 to 128 letters, digits, ".", "_" or "-", starting with a letter or digit.',
  },
  REGISTRY_VERSION_NOT_FOUND: {
    retryable: false,
    httpStatus: 404,
    cause: 'The model has no version of this number.',
    cure: 'Use one of the versions listed; `perennial models show MODEL` prints them.',
  },
  REGISTRY_RACE_LOST: {
    retryable: false,
    httpStatus: 409,
    cause: 'The champion or the endpoint configuration was moved by somebody else since it was read; nothing was changed.',
    cure: 'Look at what won, then compare against it and decide again.',
  },
  REGISTRY_BASIS_REFUSED: {
    retryable: false,
    httpStatus: 409,
    cause:
      'A move of an alias rests neither on an evaluation that blessed this version against the champion that it replaces, nor on a person with a reason; nothing was changed.',
    cure: 'Evaluate the version against the champion of now, or move the alias as a person who gives a reason.',
  },
  REGISTRY_NO_PREVIOUS: {
    retryable: false,
    httpStatus: 409,
    cause: 'There is no earlier champion to roll back to.',
    cure: 'Run the pipeline again: the version that its deploy stage promotes is the next champion.',
  },
  REGISTRY_LOG_BROKEN: {
    retryable: false,
    httpStatus: 500,
    cause: 'The registry log was changed after it was written: an entry is missing, altered or does not follow the one before.',
    cure: 'Restore the named entry from a backup of the store and find out who changed it.',
  },
  REGISTRY_WEIGHTS_INVALID: {
    retryable: false,
    httpStatus: 400,
    cause: 'The traffic weights of an endpoint are not a split of 100 percent over distinct variants.',
    cure: 'Give each variant once, with a weight from 0 to 100, so that the weights sum to 100; no variant at all is allowed.',
  },
} as const satisfies Record<string, CodeEntry>;
