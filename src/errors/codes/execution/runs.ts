import type { CodeEntry } from '../../code-entry.js';

export const RUNS_CODES = {
  RUNS_STORE_NEEDED: {
    retryable: false,
    httpStatus: 400,
    cause:
      'The results of a run, or its plan, are larger than what crosses Temporal; they lie in the object store, and the client knows none.',
    cure: 'Connect with the store of the run: `connectClient({ store })`, or `--store` on the command line.',
  },
  RUNS_NOT_RECORDED: {
    retryable: false,
    httpStatus: 404,
    cause:
      'The object store keeps no manifest of the run: it has not ended, it was ended from outside, or another store was named.',
    cure: 'Check the run id with `perennial runs` and name the store of its worker with --store.',
  },
  RUNS_STILL_OPEN: {
    retryable: false,
    httpStatus: 409,
    cause: 'Only a run that has ended can be recovered, compared or run again from a step.',
    cure: 'Wait for its end with `perennial watch`, or end it with `perennial cancel`.',
  },
  RUNS_NOTHING_TO_RECOVER: {
    retryable: false,
    httpStatus: 409,
    cause: 'No step of the run failed or was cancelled, so that there is nothing to start again from.',
    cure: 'Repeat it from a step with `perennial run FILE --from-step STEP --of RUN`, or all of it with `perennial reproduce`.',
  },
  RUNS_STEP_UNKNOWN: {
    retryable: false,
    httpStatus: 404,
    cause: 'A step is named that the run or its plan does not have, or that left nothing behind in that run.',
    cure: 'Name one of the listed steps.',
  },
  RUNS_NOT_REPRODUCED: {
    retryable: false,
    httpStatus: 409,
    cause: 'A run with the same plan, parameters and seeds gave other results.',
    cure: 'Look at the differences and at those of code and environment with `perennial diff`.',
  },
  RUNS_NOT_CONFIRMED: {
    retryable: false,
    httpStatus: 400,
    cause: 'The command changes something and nobody confirmed it.',
    cure: 'Read what it shows and repeat it with --yes.',
  },
} as const satisfies Record<string, CodeEntry>;
