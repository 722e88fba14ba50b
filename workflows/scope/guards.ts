import type { JsonObject } from '../../src/contracts/json.js';
import type { Guard } from '../../src/contracts/plan.js';
import type { StepStatus } from '../../src/contracts/run.js';
import {
  describeCondition,
  type ConditionFacts,
  evaluateCondition,
  resultsRead,
} from '../../src/pipeline/interpreter/evaluate-condition.js';
import type { GuardAnswer } from '../../src/pipeline/interpreter/scheduler.js';
import type { ResultLookup } from './bindings.js';

/** The state of a step's guards. `reason`: why the step is skipped. `error`: why the guards can never be decided. */
export type GuardVerdict = { readonly answer: GuardAnswer; readonly reason?: string; readonly error?: unknown };

const HOLDS: GuardVerdict = { answer: 'holds' };
const OPEN: GuardVerdict = { answer: 'open' };

/**
 * Reads guards from the outermost inwards and stops at the first that does not hold or cannot be answered. A guard that asks about a step
 * without a result does not hold.
 * @param lost - the status of a step that has ended without success; null for any other.
 */
export function guardVerdict(
  guards: readonly Guard[],
  parameters: JsonObject,
  results: ResultLookup,
  lost: (id: string) => StepStatus | null,
): GuardVerdict {
  const facts: ConditionFacts = { parameter: (name) => parameters[name], result: results };
  for (const { condition, is } of guards) {
    const missing = resultsRead(condition).filter((id) => results(id) === undefined);
    const gone = missing.find((id) => lost(id) !== null);
    if (gone !== undefined) return { answer: 'does-not-hold', reason: `it asks about "${gone}", which is ${String(lost(gone))}` };
    if (missing.length > 0) return OPEN;
    try {
      if (evaluateCondition(condition, facts) !== is) {
        return { answer: 'does-not-hold', reason: `${is ? 'not' : 'because'} ${describeCondition(condition, facts)}` };
      }
    } catch (error) {
      return { answer: 'undecidable', error };
    }
  }
  return HOLDS;
}
