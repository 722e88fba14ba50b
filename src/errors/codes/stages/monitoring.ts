import type { CodeEntry } from '../../code-entry.js';

export const MONITORING_CODES = {
  MONITOR_PROFILE_MISMATCH: {
    retryable: false,
    httpStatus: 409,
    cause: 'Two profiles that should be merged or compared do not describe the same columns in the same way.',
    cure: 'Compare profiles of one schema; evaluate the model again if its schema changed.',
  },
  MONITOR_PROFILE_OUTDATED: {
    retryable: false,
    httpStatus: 409,
    cause: 'The profile of a feature set or an evaluation was written by a version whose profiles have another form.',
    cure: 'Run the pipeline again, to make new features and a new evaluation.',
  },
  MONITOR_STATISTIC_UNFIT: {
    retryable: false,
    httpStatus: 422,
    cause: 'The drift statistic needs an order and distances, which categories do not have, or one side has no values.',
    cure: 'Use psi or jensen_shannon for this column.',
  },
  MONITOR_COLUMN_UNKNOWN: {
    retryable: false,
    httpStatus: 422,
    cause: 'A drift rule names a column that the model does not take, or an unknown metric.',
    cure: 'Use one of the listed names.',
  },
  MONITOR_NOT_CONFIGURED: {
    retryable: false,
    httpStatus: 404,
    cause: 'No monitor is recorded for this model.',
    cure: 'Run a pipeline with p.monitor for this model first.',
  },
  MONITOR_WINDOW_INVALID: {
    retryable: false,
    httpStatus: 422,
    cause: 'The window is not a half-open range of two ISO times in order.',
    cure: 'Give from and to as ISO dates or date-times, from before to.',
  },
  MONITOR_WINDOW_EMPTY: {
    retryable: false,
    httpStatus: 404,
    cause: 'The prediction log has no answered row in the window.',
    cure: 'Check that the endpoint got traffic in that time and that its model servers log predictions; what was just answered comes into the log after `--log-every` (5 s).',
  },
  MONITOR_REFERENCE_MISSING: {
    retryable: false,
    httpStatus: 409,
    cause: 'The champion of the model has no evaluation, so there is no reference profile to compare with.',
    cure: 'Promote a version that went through the evaluate stage.',
  },
  MONITOR_LABELS_MISSING: {
    retryable: false,
    httpStatus: 422,
    cause: 'The performance of a window was asked for, and the monitor names no labels.',
    cure: 'Give p.monitor the option `labels`: { source, key, delay }; close the window with --phase drift until then.',
  },
  MONITOR_LABELS_UNREADABLE: {
    retryable: false,
    httpStatus: 422,
    cause: 'The label source could not be read or joined to the prediction log.',
    cure: 'Check the path, the key column and the label expression of the monitor.',
  },
  MONITOR_WRITE_CONFLICT: {
    retryable: true,
    httpStatus: 409,
    cause: 'Another writer changed the same monitor record several times while this one tried.',
    cure: 'Try again.',
  },
  MONITOR_OWNED_ELSEWHERE: {
    retryable: false,
    httpStatus: 409,
    cause: 'Another pipeline, or a pipeline of another store, watches or retrains a model of the same name in this namespace.',
    cure: 'Give the model another name, use another namespace, or take it over with `perennial deploy FILE --take-over "why"` and let the step try again.',
  },
} as const satisfies Record<string, CodeEntry>;
