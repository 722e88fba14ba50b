import type { CodeEntry } from '../../code-entry.js';

export const FEATURES_CODES = {
  FEATURE_LABEL_INVALID: {
    retryable: false,
    httpStatus: 422,
    cause:
      'The label expression names a column that was not put in as a value, does not evaluate, or gives values that do not fit the task.',
    cure: 'Correct the label, and put columns into its SQL as values: 0, 1 or null for a binary task with both classes present, a finite number or null for a regression.',
  },
  FEATURE_TRANSFORM_INVALID: {
    retryable: false,
    httpStatus: 400,
    cause: 'A feature names an unknown transform or column, a column of the wrong type, or options out of range.',
    cure: 'Correct the columns of the feature stage.',
  },
  FEATURE_SPLIT_INVALID: {
    retryable: false,
    httpStatus: 422,
    cause: 'The split needs an event-time column and leaves at least one row on each side.',
    cure: 'Mark the event-time column in the schema, and choose a test length shorter than the range of the data.',
  },
} as const satisfies Record<string, CodeEntry>;
