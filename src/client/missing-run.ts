import { WorkflowNotFoundError, type WorkflowHandle } from '@temporalio/client';
import { isPipelineError, PipelineError } from '../errors/pipeline-error.js';

/** Tells a run that has ended from one that never was. */
export async function unended<T>(handle: WorkflowHandle, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    const { status, closeTime } = await found(handle.workflowId, handle.describe());
    throw new PipelineError('EXECUTION_RUN_ENDED', {
      what: `run "${handle.workflowId}" has ended (${status.name.toLowerCase()}${closeTime === undefined ? '' : ` at ${closeTime.toISOString()}`})`,
      details: { workflowId: handle.workflowId, status: status.name },
      cause: error,
    });
  }
}

/** The answer. EXECUTION_RUN_NOT_FOUND when the server knows no such run. */
export async function found<T>(workflowId: string, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    throw new PipelineError('EXECUTION_RUN_NOT_FOUND', { what: `no run "${workflowId}"`, details: { workflowId }, cause: error });
  }
}

export const isNotFound = (error: unknown): boolean => isPipelineError(error) && error.code === 'EXECUTION_RUN_NOT_FOUND';
