import type { CodeEntry } from '../../code-entry.js';

export const TRIGGERS_CODES = {
  TRIGGER_CHANGE_UNREADABLE: {
    retryable: false,
    httpStatus: 500,
    cause: 'A change that is to start a run has no entry in the log of its subject, or the entry cannot be read.',
    cure: 'Look at the log that is named; publish the data set again, or start the run by hand.',
  },
  TRIGGER_SUBJECT_UNKNOWN: {
    retryable: false,
    httpStatus: 404,
    cause: 'Nothing of that name has triggers.',
    cure: 'Look at `perennial triggers list` for the names, and write dataset/NAME or alias/MODEL/ALIAS.',
  },
  DATASET_LOG_BROKEN: {
    retryable: false,
    httpStatus: 500,
    cause: 'The log of a published data set lacks an entry, or an entry was changed after it was written.',
    cure: 'Restore the named entry from a backup of the store; do not edit these files.',
  },
  DATASET_UNKNOWN: {
    retryable: false,
    httpStatus: 404,
    cause: 'No data set was published under that name.',
    cure: 'Use one of the listed names, or run the pipeline whose ingest has `publish` with that name.',
  },
} as const satisfies Record<string, CodeEntry>;
