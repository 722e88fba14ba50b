import { CompleteAsyncError } from '@temporalio/activity';
import { ApplicationFailure, ApplicationFailureCategory, TemporalFailure } from '@temporalio/common';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import { isHandedBack } from '../contracts/run/hand-back.js';
import { boundCause, boundError, cutText } from '../errors/bounded-failure.js';
import { chainText, describeThrown } from '../errors/describe-thrown.js';
import { isPipelineError } from '../errors/pipeline-error.js';

const MOST_MESSAGE = 2_000;

/**
 * Turns whatever an activity throws into the failure that crosses Temporal, in a size that does: of a PipelineError `type` = code and the
 * details are kept, of any other error its name. The only place that does.
 */
export const failureInterceptor: ActivityInterceptorsFactory = () => ({
  inbound: {
    execute: async (input, next) => {
      try {
        return await next(input);
      } catch (error) {
        throw isTemporals(error) ? error : failureOfActivity(error);
      }
    },
  },
});

function failureOfActivity(error: unknown): ApplicationFailure {
  if (isPipelineError(error)) {
    const { code, message, retryable, details, parts } = boundError(error);
    return ApplicationFailure.create({
      // Nothing is wrong with what is handed on: Temporal neither logs nor counts it.
      ...(isHandedBack(details) ? { category: ApplicationFailureCategory.BENIGN } : {}),
      type: code,
      message,
      nonRetryable: !retryable,
      details: [details],
      ...(parts.cause instanceof Error ? { cause: parts.cause } : {}),
    });
  }
  const chain = describeThrown(error);
  const [{ text }] = chain;
  const type = /^([A-Za-z]+)(?::|$)/.exec(text)?.[1] ?? 'Error';
  return ApplicationFailure.create({ type, message: cutText(chainText(chain), MOST_MESSAGE), cause: boundCause(error) });
}

/** Temporal's own: what it tells by them, such as a cancellation, is not ours to change. */
function isTemporals(error: unknown): boolean {
  try {
    return error instanceof TemporalFailure || error instanceof CompleteAsyncError;
  } catch {
    return false;
  }
}
