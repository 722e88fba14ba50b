import { isPlainObject } from '../errors/kinds.js';

const CODE = /^[A-Z]+(_[A-Z]+)+$/;

/**
 * What Temporal tells of an attempt that failed, as one line for a terminal: which operation of which run, the code and its message; below it
 * where in the step's own code it was thrown. Null when it is told of something else, or failed without a code of ours.
 */
export function failedStepLine(message: string, meta: { readonly [name: string]: unknown }): string | null {
  const { activityType, workflowId, attempt, error } = meta;
  if (message !== 'Activity failed' || !(error instanceof Error) || typeof activityType !== 'string') return null;
  const { type, details } = error as { readonly type?: unknown; readonly details?: unknown };
  if (typeof type !== 'string' || !CODE.test(type)) return null;
  const line = `${activityType} of run ${String(workflowId)} failed in attempt ${String(attempt)}: ${type}: ${error.message}`;
  return [line, ...framesOf(details)].join('\n');
}

function framesOf(details: unknown): readonly string[] {
  const [first] = Array.isArray(details) ? (details as readonly unknown[]) : [];
  const stack = isPlainObject(first) ? first['stack'] : null;
  return typeof stack === 'string' ? stack.split('\n').filter((frame) => frame.trimStart().startsWith('at ')) : [];
}
