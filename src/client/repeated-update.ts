import { setTimeout as sleep } from 'node:timers/promises';
import { isGrpcServiceError, ServiceError } from '@temporalio/client';

const TRIES = 5;
const PAUSE_MS = 100;
/** gRPC's FAILED_PRECONDITION. */
const FAILED_PRECONDITION = 9;

/**
 * Sends an update, and sends it again when it was dropped: a run that an update brings to its end must first look at whatever came in at the
 * same moment, and the server then throws the update away without having carried it out.
 */
export async function repeatedUpdate<T>(send: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await send();
    } catch (error) {
      if (attempt === TRIES || !wasDropped(error)) throw error;
      await sleep(PAUSE_MS * attempt);
    }
  }
}

function wasDropped(error: unknown): boolean {
  if (!(error instanceof ServiceError) || !isGrpcServiceError(error.cause)) return false;
  const { details } = error.cause;
  const status: number = error.cause.code;
  return status === FAILED_PRECONDITION && details.includes('workflow task failure');
}
