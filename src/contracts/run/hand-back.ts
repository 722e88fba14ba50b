import type { JsonObject } from '../json.js';

/** In the details of a failure: the worker does not have the code of the task, and others poll the queue that may have it. */
export const HANDED_BACK: JsonObject = { handedBack: true };

export function isHandedBack(details: unknown): boolean {
  return typeof details === 'object' && details !== null && 'handedBack' in details && details.handedBack === true;
}
