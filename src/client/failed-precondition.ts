import { isGrpcServiceError, ServiceError } from '@temporalio/client';

/** gRPC's FAILED_PRECONDITION: the server's word for what may well succeed when it is asked again, and for what will not. */
const FAILED_PRECONDITION = 9;

/** True when the server refused because of the state that a workflow is in, and said so with these words. */
export function isFailedPrecondition(error: unknown, words: string): boolean {
  if (!(error instanceof ServiceError) || !isGrpcServiceError(error.cause)) return false;
  const { details } = error.cause;
  const status: number = error.cause.code;
  return status === FAILED_PRECONDITION && details.includes(words);
}
