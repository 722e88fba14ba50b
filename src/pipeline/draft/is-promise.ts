import type { OptionReader } from '../lint/issues.js';

export function isPromiseLike(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

/** Steps that an async function declares after its first `await` would come too late. */
export function reportPromise(returned: unknown, at: OptionReader): void {
  if (isPromiseLike(returned))
    at.report('async-builder', 'the builder function is async; it must declare all steps before it returns');
}
