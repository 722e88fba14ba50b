import type { InputBinding } from '../../src/contracts/plan.js';
import type { JsonValue } from '../../src/contracts/json.js';
import type { RunStatus, StepFailure } from '../../src/contracts/run.js';
import type { ResultLookup } from './bindings.js';
import type { ScopeContent } from './scope-content.js';
import { ScopeFacts } from './scope-facts.js';
import type { BodyRun, ScopeSurroundings } from './scope-surroundings.js';
import type { ScopeView } from './scope-view.js';
import type { BodyInput } from '../stages/stage-host.js';
import { CodedError } from '../steps/step-failure.js';
import type { Scope, StepRecord } from '../steps/step-states.js';

/** A scope as one run of a body. */
interface BodyScope extends Scope {
  run(): Promise<RunStatus['status']>;
  cancel(): void;
  failure(verdict: RunStatus['status']): StepFailure;
  valueOf(binding: InputBinding, where: string): JsonValue;
}

/** The step whose body it is, and where it stands. */
type BodyOwner = {
  readonly record: StepRecord;
  readonly instance: string;
  readonly ownerRound: number;
  readonly view: ScopeView;
};

/** One run of the body of a step, in a scope of its own that sees what the step sees. */
export function openBody(
  { index, results }: BodyInput,
  { record, instance: around, ownerRound, view }: BodyOwner,
  { readOperands }: Pick<ScopeSurroundings, 'readOperands'>,
  open: (content: ScopeContent) => BodyScope,
): BodyRun {
  const { step, bodies } = record;
  const { body } = step;
  if (body === undefined) throw new Error(`step "${step.id}" of kind ${step.kind} has no body`);
  const instance = `${around}[${index}]`;
  const outer: ResultLookup = (id) => (Object.hasOwn(results, id) ? results[id] : view.lookup(id));
  const facts = new ScopeFacts(body.steps, readOperands);
  const outerFacts: ResultLookup = (id) => (Object.hasOwn(results, id) ? (facts.get(id) ?? results[id]) : view.factLookup(id));
  const scope = open({ steps: body.steps, instance, outer, outerFacts, ownerRound: ownerRound + record.round });
  return {
    run: () => {
      bodies.add(scope);
      const known = facts.learn(results);
      const ran = known === null ? scope.run() : known.then(() => scope.run());
      return ran.then((verdict) => {
        bodies.delete(scope);
        if (verdict !== 'succeeded') throw new CodedError(scope.failure(verdict));
        return body.result === null ? null : scope.valueOf(body.result, `the result of "${step.id}${instance}"`);
      });
    },
    cancel: () => {
      scope.cancel();
    },
  };
}
