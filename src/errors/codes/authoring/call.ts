import type { CodeEntry } from '../../code-entry.js';

export const CALL_CODES = {
  CALL_TOO_DEEP: {
    retryable: false,
    httpStatus: 508,
    cause: 'Pipelines call each other, or one calls itself by its name, and the calls do not come to an end.',
    cure: 'Give the recursion a condition under which it stops, or use a loop inside one pipeline.',
  },
  CALL_NOT_IN_PROCESS: {
    retryable: false,
    httpStatus: 400,
    cause: 'A run in this process calls a pipeline that it knows by name only.',
    cure: 'Give `p.call` the pipeline itself, or run on Temporal with a worker that has it.',
  },
  CALL_RUN_TERMINATED: {
    retryable: false,
    httpStatus: 409,
    cause: 'A run that another one had called was terminated, so it has neither a result nor a failure of its own.',
    cure: 'Find out who terminated it, then start the calling run again.',
  },
} as const satisfies Record<string, CodeEntry>;
