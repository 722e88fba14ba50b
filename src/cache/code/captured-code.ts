import { isOfUser } from '../../modules/defining-file.js';
import { fileOfFunction } from '../../pipeline/captures/function-file.js';
import { readCaptures } from '../../pipeline/captures/read-captures.js';
import { captureInWords } from '../../pipeline/captures/report-captures.js';
import { ScopeReader } from '../../pipeline/captures/scope-reader.js';
import { everyStep } from '../../pipeline/plan/every-step.js';
import type { Pipeline } from '../../pipeline/pipeline.js';

/** What the functions of cached steps take from around them. */
export interface CapturedCode {
  readonly steps: ReadonlyMap<string, { readonly parts: { readonly [part: string]: string }; readonly unseen: string | null }>;
  /** The files of the user that the functions, and those that they capture, were written in. */
  readonly files: readonly string[];
}

/** Read from the functions as they are now. Steps without a cache, and pipelines whose functions were put together by a test, have none. */
export function capturedCode({ plan, bodies }: Pick<Pipeline, 'plan' | 'bodies'>): CapturedCode {
  const cached = everyStep(plan.steps).flatMap(({ id, cache }) => {
    const body = bodies?.get(id);
    return cache === undefined || body === undefined ? [] : [{ id, body }];
  });
  if (cached.length === 0) return { steps: new Map(), files: [] };
  const files = new Set<string>();
  const reader = new ScopeReader();
  try {
    const steps = cached.map(({ id, body }) => {
      const { hashes, problems, functions } = readCaptures(body, reader);
      for (const file of functions.map((run) => fileOfFunction(run, reader)))
        if (file !== null && isOfUser(file)) files.add(file);
      const parts = Object.fromEntries(Object.entries(hashes).map(([name, hash]) => [`captured ${name}`, hash]));
      const [first] = problems;
      return [id, { parts, unseen: first === undefined ? null : captureInWords(first, reader) }] as const;
    });
    return { steps: new Map(steps), files: [...files].sort() };
  } finally {
    reader.close();
  }
}
