import type { JsonValue } from '../contracts/json.js';
import type { RunManifest } from '../contracts/run/run-manifest.js';
import type { EvaluateResult } from '../contracts/stages/evaluate.js';

/**
 * Evaluations of a repetition that gave another verdict, or had another champion as opponent, in words. They are no difference between the runs,
 * since a verdict depends on the champion of its time.
 */
export function otherVerdicts(before: RunManifest, now: RunManifest): string[] {
  return before.plan.steps
    .filter(({ kind }) => kind === 'evaluate')
    .flatMap(({ id }) => {
      const [old, young] = [verdictOf(before.results[id]), verdictOf(now.results[id])];
      return old === null || young === null || old === young ? [] : [`step "${id}" was ${old}, and is now ${young}`];
    });
}

function verdictOf(result: JsonValue | undefined): string | null {
  if (typeof result !== 'object' || result === null) return null;
  const { decision, comparedWith } = result as unknown as EvaluateResult;
  if (comparedWith === undefined) return decision;
  return `${decision} against ${comparedWith === null ? 'the base-rate baseline' : `champion version ${comparedWith.version}`}`;
}
