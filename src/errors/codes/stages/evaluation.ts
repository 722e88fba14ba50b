import type { CodeEntry } from '../../code-entry.js';

export const EVALUATION_CODES = {
  EVALUATION_METRIC_UNKNOWN: {
    retryable: false,
    httpStatus: 422,
    cause: 'A metric has an unknown name, or does not fit the task.',
    cure: 'Use one of the listed names.',
  },
  EVALUATION_LENGTH_MISMATCH: {
    retryable: false,
    httpStatus: 500,
    cause: 'Labels and scores that should belong to the same rows differ in number.',
    cure: 'Report this with the run: it is a defect of the package.',
  },
  EVALUATION_LABEL_INVALID: {
    retryable: false,
    httpStatus: 422,
    cause: 'The test split has a label that is null, not finite, or neither 0 nor 1 for a binary task.',
    cure: "Correct the label's SQL expression in the feature stage.",
  },
  EVALUATION_SCORE_INVALID: {
    retryable: false,
    httpStatus: 422,
    cause: 'A model gave a score that is not finite, or outside 0..1 for a binary task.',
    cure: 'Look at the rows named, and at the model: infinities in its inputs or parameters are the usual cause.',
  },
  EVALUATION_SPLIT_EMPTY: {
    retryable: false,
    httpStatus: 422,
    cause: 'The test split of the feature set has no rows.',
    cure: 'Choose a longer test split or a longer data window.',
  },
  EVALUATION_SLICE_UNKNOWN: {
    retryable: false,
    httpStatus: 422,
    cause: 'A slice names a column that is not among the raw columns of the feature set.',
    cure: 'Use one of the listed columns.',
  },
  EVALUATION_CHAMPION_UNREADABLE: {
    retryable: true,
    httpStatus: 409,
    cause: 'The champion could not be scored on the rows of the challenger, so nothing can be said about which is better.',
    cure: 'Repair or move the champion alias, or let the features keep the raw columns that the champion takes.',
  },
} as const satisfies Record<string, CodeEntry>;
