import type { CodeEntry } from '../../code-entry.js';

export const DATA_CODES = {
  DATA_SOURCE_MISSING: {
    retryable: false,
    httpStatus: 404,
    cause: 'No file matches the path of the source.',
    cure: 'Correct the path or the glob of the source; a relative path starts at the working directory of the worker.',
  },
  DATA_SOURCE_OPTION: {
    retryable: false,
    httpStatus: 400,
    cause: 'An option of a source is unknown, or has a value without a meaning.',
    cure: 'Correct the options of the source; the reference of `source.csv` and `source.parquet` lists them.',
  },
  DATA_SOURCE_CORRUPT: {
    retryable: false,
    httpStatus: 422,
    cause: 'A file of the source cannot be read as the format that the pipeline names.',
    cure: 'Write the file again at its origin, or take it out of the source.',
  },
  DATA_COLUMN_MISSING: {
    retryable: false,
    httpStatus: 422,
    cause: 'A column of the schema is not in the source.',
    cure: 'Correct the name in the schema, or add the column to the source.',
  },
  DATA_COLUMN_TYPE: {
    retryable: false,
    httpStatus: 422,
    cause: 'Columns of the source do not have the type that the schema says, or hold values that cannot become it.',
    cure: 'Change the type in the schema, or correct the values at their origin.',
  },
  DATA_WINDOW_INVALID: {
    retryable: false,
    httpStatus: 400,
    cause: 'The event-time window is not a half-open range of two dates over a timestamp column of the schema.',
    cure: 'Give `from` earlier than `to`, both as ISO dates or date-times in UTC, and a timestamp column of the schema.',
  },
  DATA_WINDOW_EMPTY: {
    retryable: false,
    httpStatus: 422,
    cause: 'The source has no row inside the event-time window.',
    cure: 'Choose a window inside the range of the source, or bring newer files.',
  },
  DATA_SCRATCH_FULL: {
    retryable: true,
    httpStatus: 507,
    cause: 'The disk of the scratch folder is full.',
    cure: 'Free space on that disk, or point the scratch folder of the worker to a larger one.',
  },
  DATA_MEMORY_EXCEEDED: {
    retryable: false,
    httpStatus: 507,
    cause: 'A query needs more memory than the data engine may use, also after spilling to the scratch folder.',
    cure: 'Narrow the window, or run the step on a worker with more memory.',
  },
  DATA_QUERY_FAILED: {
    retryable: false,
    httpStatus: 500,
    cause: 'The data engine refused or could not finish a query.',
    cure: 'Read the message of the engine: it names the column, the value or the part of the query that it could not take.',
  },
  VALIDATION_CHECK_INVALID: {
    retryable: false,
    httpStatus: 400,
    cause: 'A check has an unknown name, an unknown column or wrong arguments, or its SQL cannot be evaluated.',
    cure: 'Correct the checks of the validate stage.',
  },
  VALIDATION_FAILED: {
    retryable: false,
    httpStatus: 422,
    cause: 'At least one check with severity `error` did not pass.',
    cure: 'Open the report, then correct the data at its origin or change the check.',
  },
} as const satisfies Record<string, CodeEntry>;
