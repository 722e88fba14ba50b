import type { CodeEntry } from '../../code-entry.js';

export const CONTROL_FLOW_CODES = {
  EXECUTION_CONDITION_UNDECIDED: {
    retryable: false,
    httpStatus: 409,
    cause:
      'A condition reads a field that the recorded result does not have, compares values that have no order, such as null, or divides by zero.',
    cure: 'Let the step return the field in every case, or ask for null first with isNull(field).',
  },
  EXECUTION_LOOP_BOUND: {
    retryable: false,
    httpStatus: 400,
    cause: 'The number of rounds that a parameter gave to a loop is no whole number from 1 to 1,000.',
    cure: 'Start the run with a number in that range; let one round do more when 1,000 are too few.',
  },
  EXECUTION_APPROVAL_REFUSED: {
    retryable: false,
    httpStatus: 403,
    cause:
      'This person may not answer the approval, or may not answer again: not among its approvers, the author of the run, or counted already.',
    cure: 'Let one of the people answer who may: `perennial approvals` lists them.',
  },
  EXECUTION_GATE_UNREACHABLE: {
    retryable: false,
    httpStatus: 409,
    cause: 'An approval needs more votes than there are people who may answer it.',
    cure: 'Name more approvers, ask for fewer approvals, or let somebody else start the run.',
  },
  EXECUTION_RUN_ENDED: {
    retryable: false,
    httpStatus: 409,
    cause: 'The run has ended, so that nothing in it can be answered, resumed or cancelled any more.',
    cure: 'Look at how it ended with `perennial status`, and start a new run when it is still needed.',
  },
} as const satisfies Record<string, CodeEntry>;
