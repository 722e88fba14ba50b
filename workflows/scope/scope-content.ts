import type { PlanStep } from '../../src/contracts/plan.js';
import type { ReusedResults } from '../../src/contracts/run.js';
import type { ResultLookup } from './bindings.js';

/** What a scope carries out: the steps of a plan, or one run of a body. */
export type ScopeContent = {
  /** In topological order. */
  readonly steps: readonly PlanStep[];
  /** Added to the ids of activities and records; empty for the plan itself. */
  readonly instance: string;
  /** Results from outside of the scope, and the pseudo results of its body. */
  readonly outer: ResultLookup;
  /** The same as conditions see them; absent: as they are. */
  readonly outerFacts?: ResultLookup;
  /** Number of the steps around this body; absent: 0. */
  readonly ownerRound?: number;
  /** Steps that count as done, with what another run gave for them. */
  readonly reused?: ReusedResults;
};
