import type { JsonObject } from '../src/contracts/json.js';
import type { Guard } from '../src/contracts/plan.js';
import { describeCondition, type ConditionFacts, evaluateCondition, resultsRead } from '../src/pipeline/evaluate-condition.js';
import type { GuardAnswer } from '../src/pipeline/scheduler.js';
import type { ResultLookup } from './bindings.js';

/** What a step's guards say now. `reason`: why it is skipped, in words. `error`: why it can never be said. */
export type GuardVerdict = { readonly answer: GuardAnswer; readonly reason?: string; readonly error?: unknown };

const HOLDS: GuardVerdict = { answer: 'holds' };
const OPEN: GuardVerdict = { answer: 'open' };

/** Reads guards from the outermost inwards and stops at the first that does not hold or cannot be answered. */
export function guardVerdict(guards: readonly Guard[], parameters: JsonObject, results: ResultLookup): GuardVerdict {
  const facts: ConditionFacts = { parameter: (name) => parameters[name], result: results };
  for (const { condition, is } of guards) {
    if (resultsRead(condition).some((id) => results(id) === undefined)) return OPEN;
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
