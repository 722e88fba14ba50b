import { types } from 'node:util';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import { isPipelineError } from '../errors/pipeline-error.js';

/** Turns a PipelineError into the failure that crosses Temporal: `type` = code, `details` kept. The only place that does. */
export const failureInterceptor: ActivityInterceptorsFactory = () => ({
  inbound: {
    execute: async (input, next) => {
      try {
        return await next(input);
      } catch (error) {
        if (error instanceof CancelledFailure || !isPipelineError(error)) throw error;
        throw ApplicationFailure.create({
          type: error.code,
          message: error.message,
          nonRetryable: !error.retryable,
          details: [error.details],
          ...(types.isNativeError(error.parts.cause) ? { cause: error.parts.cause } : {}),
        });
      }
    },
  },
});
