import type { RunStatus } from '../contracts/run.js';
import { isPipelineError } from '../errors/pipeline-error.js';

/** What the process ends with; documented in docs/cli.md. */
export const EXIT = {
  ok: 0,
  /** The command worked but the thing it is about failed: a run, a check of `doctor`. */
  failed: 1,
  /** Wrong usage, parameters or pipeline file; an unknown name. */
  usage: 2,
  /** Temporal or the store cannot be reached. */
  unreachable: 3,
  /** The run waits for a person: an approval or a `resume`. */
  waiting: 4,
  /** Ended by Ctrl-C (128 + SIGINT). */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

const UNREACHABLE = new Set([
  'TEMPORAL_UNREACHABLE',
  'TEMPORAL_ACCESS_DENIED',
  'TEMPORAL_NAMESPACE_MISSING',
  'STORE_UNREACHABLE',
  'CLI_QUEUE_WITHOUT_WORKER',
]);
const CONFLICT = 409;

export function exitCodeOfError(error: unknown): ExitCode {
  if (!isPipelineError(error)) return EXIT.failed;
  if (UNREACHABLE.has(error.code)) return EXIT.unreachable;
  const callersFault = error.httpStatus >= 400 && error.httpStatus < 500 && error.httpStatus !== CONFLICT;
  return callersFault || error.code === 'TEMPORAL_CONFIG_INVALID' ? EXIT.usage : EXIT.failed;
}

export function exitCodeOfRun(status: RunStatus['status']): ExitCode {
  switch (status) {
    case 'running':
    case 'succeeded':
      return EXIT.ok;
    case 'failed':
    case 'cancelled':
      return EXIT.failed;
    case 'waiting':
    case 'blocked':
      return EXIT.waiting;
  }
}
