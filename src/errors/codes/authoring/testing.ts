import type { CodeEntry } from '../../code-entry.js';

export const TESTING_CODES = {
  TESTING_UNKNOWN_STEP: {
    retryable: false,
    httpStatus: 400,
    cause: 'A fake or a fault of a test names a step or an operation that the pipeline does not have.',
    cure: 'Name one of the listed ones.',
  },
  TESTING_INJECTED_FAULT: {
    retryable: true,
    httpStatus: 500,
    cause: 'A test asked for this failure.',
    cure: 'Nothing is wrong: the fault was injected with `failAttempt`.',
  },
  TESTING_NO_CHILD_PROCESS: {
    retryable: false,
    httpStatus: 400,
    cause: 'A fault that kills its process was given to a run in the process of the test.',
    cure: 'Give it to a worker in a child process, against `startTestTemporal`.',
  },
  TESTING_PLAN_CHANGED: {
    retryable: false,
    httpStatus: 409,
    cause: 'The plan of a pipeline differs from its stored snapshot.',
    cure: 'Read the lines that differ; when the change is meant, store the new snapshot.',
  },
} as const satisfies Record<string, CodeEntry>;
