import type { CodeEntry } from '../../code-entry.js';

export const EXTENSION_CODES = {
  EXTENSION_INVALID: {
    retryable: false,
    httpStatus: 422,
    cause: 'A kind that was defined through `perennial-ml/extend` lacks a part, or a part has the wrong form.',
    cure: 'Correct the definition: the message names the part and what was expected.',
  },
  EXTENSION_NAME_TAKEN: {
    retryable: false,
    httpStatus: 409,
    cause: 'Two kinds of one door have the same name, so that a plan could not say which of them it means.',
    cure: 'Give the kind another name, for example with the name of your package before it.',
  },
  EXTENSION_UNKNOWN: {
    // Another worker of the queue may have loaded it.
    retryable: true,
    httpStatus: 422,
    cause: 'A plan names a kind that this process does not know.',
    cure: 'Import the module that defines the kind in the pipeline file, or in the file with which the worker is started.',
  },
  EXTENSION_OPTIONS_INVALID: {
    retryable: false,
    httpStatus: 422,
    cause: 'The options of a kind, with the parameters of the run put in, do not fit its schema.',
    cure: 'Correct each listed option in the pipeline file, or the parameter that it takes.',
  },
  EXTENSION_RESULT_INVALID: {
    retryable: false,
    httpStatus: 500,
    cause: 'A function of a kind returned something other than its door asks for.',
    cure: 'Correct the function: the message says what was expected. The contract suites of `perennial-ml/testing` find such faults early.',
  },
} as const satisfies Record<string, CodeEntry>;
