import { isGrpcServiceError, ServiceError } from '@temporalio/client';

/** gRPC's FAILED_PRECONDITION, which the server uses both for states that pass and for states that stay. */
const FAILED_PRECONDITION = 9;

/** True when the server refused because of the state of a workflow, with a message that contains `words`. */
export function isFailedPrecondition(error: unknown, words: string): boolean {
  if (!(error instanceof ServiceError) || !isGrpcServiceError(error.cause)) return false;
  const { details } = error.cause;
  const status: number = error.cause.code;
  return status === FAILED_PRECONDITION && details.includes(words);
}
