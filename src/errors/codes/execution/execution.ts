import type { CodeEntry } from '../../code-entry.js';

export const EXECUTION_CODES = {
  EXECUTION_UNKNOWN_PIPELINE: {
    retryable: false,
    httpStatus: 404,
    cause: 'A run was started under a name that no pipeline of the worker has.',
    cure: 'Start it under one of the known names, or start a worker that registers the pipeline.',
  },
  EXECUTION_PLAN_DIFFERS: {
    retryable: false,
    httpStatus: 409,
    cause:
      'A run was started from a file, or a pipeline, of which the worker has another version: it would have carried out other steps.',
    cure: 'Restart the worker with the file as it is now (`perennial worker FILE`), or start the run by the name of the pipeline to take the version that the worker has.',
  },
  EXECUTION_WORKFLOW_STUCK: {
    retryable: false,
    httpStatus: 500,
    cause:
      'The workflow task of a run fails again and again, so the run neither goes on nor answers nor hears that it is to stop.',
    cure: 'Mend what the message says: it is the code of a hand-written workflow, or a worker whose version cannot carry the run on. The server tries again by itself. `perennial cancel RUN --force` ends the run without its clean-up.',
  },
  EXECUTION_INPUTS_DIFFER: {
    retryable: false,
    httpStatus: 409,
    cause:
      'The code of a step takes inputs that the plan of its run does not give it: the run began before the pipeline was changed, and keeps its plan.',
    cure: 'Start a new run, which takes the new plan (`perennial run FILE --from-step STEP --of RUN` takes over what has succeeded), or let the run end on a worker with the version that it began with.',
  },
  EXECUTION_UNKNOWN_STEP: {
    retryable: false,
    httpStatus: 404,
    cause:
      'The run asks for a step or an operation that the worker does not have, usually because the worker runs older or other code.',
    cure: 'Start a worker that registers the pipeline in the version that the run was started with.',
  },
  EXECUTION_NO_WORKER: {
    retryable: false,
    httpStatus: 503,
    cause:
      'For ten minutes every worker that took the step from its queue handed it back: none of them has its code. Workers with different pipelines poll the same queue, or all run other versions.',
    cure: 'Start a worker that registers the pipeline in the version of the run, on the queue of the run or of the pool; give sets of pipelines queues of their own (`--task-queue`); then `perennial recover` the run.',
  },
  EXECUTION_STEP_FAILED: {
    retryable: false,
    httpStatus: 500,
    cause: 'The code of a step threw an error of its own.',
    cure: 'Read the message and the stack, mend the step, and start the run again or resume the blocked step.',
  },
  EXECUTION_BACKGROUND_ERROR: {
    retryable: false,
    httpStatus: 500,
    cause: 'Code that a step had left running threw an error, or a promise that it did not await was rejected.',
    cure: 'Await every promise of the step, and catch what callbacks and timers may throw.',
  },
  EXECUTION_STEP_EXITED: {
    retryable: false,
    httpStatus: 500,
    cause: 'The code of a step, or a library that it uses, called `process.exit`.',
    cure: 'Return the result of the step, or throw an error; run a program that exits with `p.command`.',
  },
  EXECUTION_PROCESS_LOST: {
    retryable: false,
    httpStatus: 500,
    cause: 'A step ended the process that ran it, and did so again when it had a process of its own.',
    cure: 'Look for native code that crashes, for `process.kill` and `process.abort`, and for memory: the message says how the process ended.',
  },
  EXECUTION_MEMORY_EXCEEDED: {
    retryable: false,
    httpStatus: 507,
    cause: 'A step used more memory than `resources.memoryGiB` allows, or than the machine has.',
    cure: 'Read and work in pieces, or give the step more `resources.memoryGiB`.',
  },
  EXECUTION_STEP_TIMED_OUT: {
    retryable: false,
    httpStatus: 504,
    cause: 'A step ran longer than its time-out, or its worker stopped sending heartbeats, in every attempt.',
    cure: 'Raise the time-out of the step, move work that keeps the main thread busy into worker threads, or give the worker more memory.',
  },
  EXECUTION_STEP_CANCELLED: {
    retryable: false,
    httpStatus: 409,
    cause: 'A step was cancelled by request before it ended.',
    cure: 'Start the run again, or resume the step when its failure policy is block.',
  },
  EXECUTION_RESULT_NOT_JSON: {
    retryable: false,
    httpStatus: 500,
    cause: 'The result of a step holds values that JSON cannot carry unchanged.',
    cure: 'Return plain objects, arrays, strings, booleans, null and finite numbers; publish anything else as an artifact.',
  },
  EXECUTION_RESULT_TOO_LARGE: {
    retryable: false,
    httpStatus: 500,
    cause: 'The result of a step is larger than 32 KiB of JSON.',
    cure: 'Publish the data as an artifact and return its reference.',
  },
  EXECUTION_MESSAGE_TOO_LARGE: {
    retryable: false,
    httpStatus: 413,
    cause:
      'A message to a run, a back-fill or a model, or what a start carries beside its parameters, is longer than a history should hold.',
    cure: 'Shorten the message; put what is large into the store and send where it lies.',
  },
  EXECUTION_PARAMETERS_TOO_LARGE: {
    retryable: false,
    httpStatus: 413,
    cause: 'The parameters of a run are larger than 256 KiB of JSON.',
    cure: 'Put the data into a file or the store, and give its address as the parameter.',
  },
  EXECUTION_INPUT_MISSING: {
    retryable: false,
    httpStatus: 400,
    cause: 'A step needs a value that the result of an earlier step, the parameters or the start input do not have.',
    cure: 'Give the missing value, or correct the path of the input.',
  },
  EXECUTION_METRIC_NOT_FINITE: {
    retryable: false,
    httpStatus: 500,
    cause: 'A step recorded a metric that is NaN, infinite or not a number.',
    cure: 'Record finite numbers; leave out a metric that is undefined for the data.',
  },
  EXECUTION_GATE_REJECTED: {
    retryable: false,
    httpStatus: 409,
    cause: 'A person rejected an approval.',
    cure: 'Read the reason, mend what it names, and start a new run.',
  },
  EXECUTION_GATE_EXPIRED: {
    retryable: false,
    httpStatus: 408,
    cause: 'Nobody approved or rejected an approval before it expired.',
    cure: 'Start the run again and answer the approval in time, or give the approval a longer time.',
  },
  EXECUTION_UPDATE_REFUSED: {
    retryable: false,
    httpStatus: 409,
    cause: 'An approval, rejection, resumption or cancellation names a step that is not in a state for it.',
    cure: 'Look at the status of the run and name a step that waits for this.',
  },
  EXECUTION_DUPLICATE_RUN: {
    retryable: false,
    httpStatus: 409,
    cause: 'A run with this workflow id is open or has succeeded already.',
    cure: 'Use the existing run, or start under another workflow id.',
  },
  EXECUTION_RUN_NOT_FOUND: {
    retryable: false,
    httpStatus: 404,
    cause: 'The server knows no run with this workflow id.',
    cure: 'Look for its id with `perennial runs`, and check the namespace.',
  },
  EXECUTION_RUN_FAILED: {
    retryable: false,
    httpStatus: 500,
    cause: 'A run failed without a code of its own.',
    cure: 'Read the history of the run in the Temporal UI.',
  },
} as const satisfies Record<string, CodeEntry>;
