import { isPlainObject } from '../../contracts/json.js';

const CODE = /^[A-Z]+(_[A-Z]+)+$/;

type Meta = { readonly [name: string]: unknown };

/**
 * What Temporal tells of an attempt or a run that failed, as one line for a terminal: which operation of which run, the code and its message;
 * below it where in the step's own code it was thrown. Null when it is told of something else, or an attempt failed without a code of ours.
 */
export function failureLine(message: string, meta: Meta): string | null {
  if (!(meta['error'] instanceof Error)) return null;
  if (message === 'Activity failed') return attemptLine(meta['error'], meta);
  // What comes out of the sandbox has lost its code.
  return message === 'Workflow failed'
    ? `run ${String(meta['workflowId'])} of ${String(meta['workflowType'])} failed: ${meta['error'].message}`
    : null;
}

function attemptLine(error: Error, { activityType, workflowId, attempt }: Meta): string | null {
  const { type, details } = error as { readonly type?: unknown; readonly details?: unknown };
  if (typeof type !== 'string' || !CODE.test(type)) return null;
  const line = `${String(activityType)} of run ${String(workflowId)} failed in attempt ${String(attempt)}: ${type}: ${error.message}`;
  return [line, ...framesOf(details)].join('\n');
}

function framesOf(details: unknown): readonly string[] {
  const [first] = Array.isArray(details) ? (details as readonly unknown[]) : [];
  const stack = isPlainObject(first) ? first['stack'] : null;
  return typeof stack === 'string' ? stack.split('\n').filter((frame) => frame.trimStart().startsWith('at ')) : [];
}
