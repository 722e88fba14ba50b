import { ERROR_CODES } from '../errors/codes.js';
import type { ErrorCode } from '../errors/codes.js';
import { messageOf, reasonOf } from '../errors/describe-thrown.js';
import { PipelineError, isPipelineError } from '../errors/pipeline-error.js';

const GRPC_DEADLINE_EXCEEDED = 4;
const GRPC_FAILED_PRECONDITION = 9;
const GRPC_UNAVAILABLE = 14;

/** Any failure of a command as the one coded error: those that came over the wire keep their code, gRPC's get ours. */
export async function toPipelineError(error: unknown): Promise<PipelineError> {
  if (isPipelineError(error)) return error;
  const overWire = grpcFailure(error);
  if (overWire !== null) return overWire;
  if (!isTemporalFailure(error)) return new PipelineError('CLI_UNEXPECTED', { what: reasonOf(error), cause: error });
  const { failureCode } = await import('../client/index.js');
  const { code, message, details } = failureCode(error);
  if (!isErrorCode(code))
    return new PipelineError('EXECUTION_RUN_FAILED', { what: message, received: code, details, cause: error });
  return new PipelineError(code, { what: withoutCure(message, ERROR_CODES[code].cure), details, cause: error });
}

function grpcFailure(error: unknown): PipelineError | null {
  for (
    let link = error, depth = 0;
    typeof link === 'object' && link !== null && depth < 5;
    link = 'cause' in link ? link.cause : null, depth++
  ) {
    if (!('code' in link)) continue;
    if (link.code === GRPC_FAILED_PRECONDITION && /no poller|worker may be down/i.test(messageOf(link))) {
      return new PipelineError('CLI_QUEUE_WITHOUT_WORKER', { what: 'no worker is there to answer for the run', cause: error });
    }
    if (link.code === GRPC_DEADLINE_EXCEEDED) {
      return new PipelineError('CLI_QUEUE_WITHOUT_WORKER', { what: 'no worker answered for the run in time', cause: error });
    }
    if (link.code === GRPC_UNAVAILABLE)
      return new PipelineError('TEMPORAL_UNREACHABLE', {
        what: `the Temporal server went away: ${reasonOf(link)}`,
        cause: error,
      });
  }
  return null;
}

const TEMPORAL_FAILURES =
  /^(Workflow(Failed|UpdateFailed|UpdateRPC)|ApplicationFailure|ActivityFailure|CancelledFailure|TimeoutFailure|TerminatedFailure|ChildWorkflowFailure)/;

const isTemporalFailure = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'name' in error && TEMPORAL_FAILURES.test(String(error.name));

const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(ERROR_CODES, code);

/** A message from the wire ends with what to do; shown apart, it would be said twice. */
function withoutCure(message: string, cure: string): string {
  const shorter = message.endsWith(cure) ? message.slice(0, -cure.length) : message;
  return shorter.trim().replace(/\.$/, '');
}
