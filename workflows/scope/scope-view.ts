import type { JsonObject, JsonValue } from '../../src/contracts/json.js';
import type { InputBinding, PlanStep } from '../../src/contracts/plan.js';
import type { StepStatus } from '../../src/contracts/run.js';
import type { Decision } from '../../src/pipeline/interpreter/scheduler.js';
import { bindInputs, bindOptional, bindValue, type ResultLookup } from './bindings.js';
import { guardVerdict, type GuardVerdict } from './guards.js';
import type { ScopeFacts } from './scope-facts.js';
import type { ScopeSurroundings } from './scope-surroundings.js';
import { outcomeOf, type StepRecord } from '../steps/step-states.js';

type Seen = {
  readonly records: ReadonlyMap<string, StepRecord>;
  readonly results: ReadonlyMap<string, JsonValue>;
  readonly facts: ScopeFacts;
  /** Results from outside of the scope. */
  readonly outer: ResultLookup;
  /** The same as conditions see them. */
  readonly outerFacts: ResultLookup;
  readonly surroundings: Pick<ScopeSurroundings, 'parameters'>;
};

/** What the steps of a scope see: the results beside them and around them, as inputs and as conditions read them. */
export class ScopeView {
  readonly #seen: Seen;

  constructor(seen: Seen) {
    this.#seen = seen;
  }

  readonly lookup: ResultLookup = (id) => {
    const { records, results, outer } = this.#seen;
    return records.has(id) ? results.get(id) : outer(id);
  };

  readonly factLookup: ResultLookup = (id) => {
    const { records, results, facts, outerFacts } = this.#seen;
    return records.has(id) ? (facts.get(id) ?? results.get(id)) : outerFacts(id);
  };

  valueOf(binding: InputBinding, where: string): JsonValue {
    return bindValue(binding, this.lookup, where);
  }

  /** A clean-up step gets what there is, and how the run came out. */
  inputsOf(step: PlanStep, outcome: Decision['outcome']): JsonObject {
    if (step.finally !== true) return bindInputs(step.inputs, this.lookup, step.id);
    return { ...bindOptional(step.inputs, this.lookup), outcome: outcomeOf(outcome ?? 'failed', this.#seen.records) };
  }

  joinOf(step: PlanStep): JsonValue {
    const joined = Object.entries(step.inputs).map(([name, input]) => {
      const there = this.lookup(input.step) !== undefined;
      return { there, value: there ? this.valueOf(input, `input "${name}" of step "${step.id}"`) : null };
    });
    const first = joined.find(({ there }) => there)?.value ?? null;
    return step.join === 'first' ? first : joined.map(({ value }) => value);
  }

  /** Whether the conditions of a step hold. */
  guardOf({ when = [] }: PlanStep): GuardVerdict {
    return guardVerdict(when, this.#seen.surroundings.parameters, this.factLookup, (id) => this.#lostStatus(id));
  }

  /** Why a step without a condition is skipped. */
  lostNeed({ needs }: PlanStep): string {
    const lost = needs.flatMap((need) => {
      const status = this.#lostStatus(need);
      return status === null ? [] : [`"${need}" ${status === 'failed' ? status : `was ${status}`}`];
    });
    return lost.length === 0 ? 'the run failed first' : `its inputs are missing: ${lost.join(', ')}`;
  }

  #lostStatus(id: string): StepStatus | null {
    const status = this.#seen.records.get(id)?.status;
    return status === 'skipped' || status === 'failed' || status === 'cancelled' ? status : null;
  }
}
