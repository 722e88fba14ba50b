import type { PipelineDraft } from '../draft/draft.js';
import { type CaptureProblem, readCaptures } from './read-captures.js';
import { ScopeReader } from './scope-reader.js';
import { writtenAt } from './function-file.js';

/** Reports the steps with a cache whose functions capture what two runs cannot compare: their kept results might be of other values. */
export function reportCaptures(draft: PipelineDraft): void {
  const cached = draft.steps.filter(({ common: { cache } }) => cache !== undefined && cache.version === null);
  const bodies = cached.flatMap(({ id, read }) => {
    const body = draft.bodies.get(id);
    return body === undefined ? [] : [{ read, body }];
  });
  if (bodies.length === 0) return;
  const reader = new ScopeReader();
  try {
    for (const { read, body } of bodies)
      for (const problem of readCaptures(body, reader).problems) read.report('cache', captureInWords(problem, reader));
  } finally {
    reader.close();
  }
}

/** What is captured, where, and what to do instead. */
export function captureInWords({ name, what, by }: CaptureProblem, reader: ScopeReader): string {
  const at = writtenAt(by, reader);
  const cure =
    'pass its value as an input or a parameter, move it to the top level of the file, or give `cache.version` and change that with it';
  return `the function captures "${name}"${at === null ? '' : ` at ${at}`}, ${what}, which the cache cannot compare between runs: ${cure}`;
}
