import type { CodeEntry } from '../../code-entry.js';

export const CLI_CODES = {
  CLI_USAGE: {
    retryable: false,
    httpStatus: 400,
    cause: 'The command line has an unknown command or option, or lacks a required one.',
    cure: 'Read `perennial --help`, or `perennial COMMAND --help` for the options and examples of one command.',
  },
  CLI_PIPELINE_FILE: {
    retryable: false,
    httpStatus: 400,
    cause: 'The pipeline file is missing, cannot be loaded, or does not export a pipeline as its default.',
    cure: 'Give the path of a TypeScript or JavaScript file that ends in `export default definePipeline(...)`.',
  },
  CLI_PARAMETERS: {
    retryable: false,
    httpStatus: 400,
    cause: 'The parameters on the command line cannot be read.',
    cure: 'Write --params \'{"name": value}\' (one JSON object), --params @file.json, or --param name=value once for each.',
  },
  CLI_QUEUE_WITHOUT_WORKER: {
    retryable: true,
    httpStatus: 503,
    cause: 'No worker that carries workflows on polls the task queue that the run was started on.',
    cure: 'Start one with `perennial worker FILE --task-queue QUEUE`, or run with --worker. Workers of pools and --activities-only take steps alone.',
  },
  CLI_UNEXPECTED: {
    retryable: false,
    httpStatus: 500,
    cause: 'A failure that has no code of its own.',
    cure: 'Set PERENNIAL_DEBUG=1 and repeat the command to see where it came from.',
  },
} as const satisfies Record<string, CodeEntry>;
