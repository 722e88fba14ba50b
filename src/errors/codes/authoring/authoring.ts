import type { CodeEntry } from '../../code-entry.js';

export const AUTHORING_CODES = {
  AUTHORING_INVALID_PIPELINE: {
    retryable: false,
    httpStatus: 422,
    cause: 'A pipeline definition has problems that its linter found.',
    cure: 'Correct every listed problem in the pipeline file and define it again.',
  },
  AUTHORING_INVALID_SCHEMA: {
    retryable: false,
    httpStatus: 422,
    cause: 'A schema declares columns that contradict each other or cannot be stored.',
    cure: 'Correct every listed column of the schema.',
  },
  AUTHORING_PARAMETERS_INVALID: {
    retryable: false,
    httpStatus: 400,
    cause: "The parameters of a run do not fit the pipeline's parameter schema.",
    cure: 'Correct every listed parameter and start the run again; `perennial plan` shows the schema.',
  },
  AUTHORING_REFERENCE_AS_VALUE: {
    retryable: false,
    httpStatus: 422,
    cause:
      'A reference to a step or parameter was used as a value while the pipeline was being defined, when no value exists yet.',
    cure: 'Pass the reference itself to a later step or option; read its value inside the `run` function of a `p.step`.',
  },
  AUTHORING_OPTION_INVALID: {
    retryable: false,
    httpStatus: 422,
    cause:
      'A constructor of a pipeline file was called with an argument or option that is missing, of the wrong kind or unknown.',
    cure: 'Correct the call: the message names each argument or option, what was expected and what came.',
  },
  AUTHORING_PLAN_TOO_LARGE: {
    retryable: false,
    httpStatus: 422,
    cause: 'A pipeline has more steps, or longer ones, than the history of one run can hold.',
    cure: 'Run steps that are alike as one `p.map` over a list, or move a part of them into a pipeline of its own and `p.call` it.',
  },
  AUTHORING_INVALID_DURATION: {
    retryable: false,
    httpStatus: 422,
    cause: 'A duration is not a number followed by a unit.',
    cure: "Write a number, one space and a unit from millisecond to week, for example '5 minutes' or '7 days'.",
  },
  AUTHORING_INVALID_SQL: {
    retryable: false,
    httpStatus: 422,
    cause: 'A value put into a SQL expression has no SQL literal.',
    cure: 'Put only columns, parameters, expressions, strings, booleans and finite numbers into `sql`.',
  },
  AUTHORING_UNKNOWN_PARAMETER: {
    retryable: false,
    httpStatus: 422,
    cause: 'A step configuration names a parameter that the run does not have.',
    cure: 'Declare the parameter in `params` of the pipeline, or correct its name.',
  },
  AUTHORING_UNKNOWN_COLUMN: {
    retryable: false,
    httpStatus: 422,
    cause: 'A column was asked for that the schema does not declare.',
    cure: 'Correct the name, or declare the column in the schema.',
  },
} as const satisfies Record<string, CodeEntry>;
