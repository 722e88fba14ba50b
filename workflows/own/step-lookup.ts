import type { JsonObject, JsonValue } from '../../src/contracts/json.js';
import type { Plan, PlanStep, StageKind } from '../../src/contracts/plan.js';
import { PipelineError } from '../../src/errors/pipeline-error.js';
import { bindInputs } from '../scope/bindings.js';

/** Every step of a plan, those in bodies too. */
function allSteps(steps: readonly PlanStep[]): readonly PlanStep[] {
  return steps.flatMap((step) => [step, ...allSteps(step.body?.steps ?? [])]);
}

/** @throws PipelineError `EXECUTION_UNKNOWN_STEP` listing the steps that can be called. */
export function findStep(plan: Plan, id: string): PlanStep {
  const steps = allSteps(plan.steps);
  const found = steps.find((step) => step.id === id);
  if (found !== undefined && found.kind !== 'join') return found;
  const callable = steps.filter(({ kind }) => kind !== 'join').map((step) => step.id);
  throw new PipelineError('EXECUTION_UNKNOWN_STEP', {
    what: found === undefined ? `the pipeline has no step "${id}"` : `"${id}" is a join, which has no code of its own`,
    where: `pipeline ${plan.pipeline}`,
    expected: `one of ${callable.join(', ') || '(none)'}`,
    ...(found === undefined ? {} : { cure: 'Write `await Promise.all([...])` or `Promise.race([...])` instead.' }),
    details: { steps: callable },
  });
}

/** The step of a stage. @throws PipelineError `EXECUTION_UNKNOWN_STEP` when there is none, or several and `id` names none of them. */
export function findStage(plan: Plan, kind: StageKind, id: string | undefined): PlanStep {
  const candidates = allSteps(plan.steps).filter((step) => step.kind === kind);
  const named = id === undefined ? candidates : candidates.filter((step) => step.id === id);
  const [only] = named;
  if (only !== undefined && named.length === 1) return only;
  const ids = candidates.map((step) => step.id);
  throw new PipelineError('EXECUTION_UNKNOWN_STEP', {
    what: id === undefined ? `the pipeline has ${ids.length} ${kind} steps` : `the pipeline has no ${kind} step "${id}"`,
    where: `pipeline ${plan.pipeline}`,
    expected: `{ step: ... } to be one of ${ids.join(', ') || '(none)'}`,
    details: { steps: ids },
  });
}

/**
 * The inputs of a call: those that are given, the others from the results of earlier calls.
 * @throws PipelineError `EXECUTION_INPUT_MISSING` naming every missing and every unknown input.
 */
export function callInputs(
  step: PlanStep,
  given: { readonly [name: string]: JsonValue },
  results: ReadonlyMap<string, JsonValue>,
): JsonObject {
  const expected = Object.keys(step.inputs);
  const present = Object.entries(given).filter(
    (entry): entry is [string, JsonValue] => (entry[1] as JsonValue | undefined) !== undefined,
  );
  const open = Object.entries(step.inputs).filter(([name]) => !present.some(([other]) => other === name));
  const missing = open.filter(([, binding]) => !results.has(binding.step));
  const unknown = present.map(([name]) => name).filter((name) => !expected.includes(name));
  if (missing.length === 0 && unknown.length === 0) {
    return { ...bindInputs(Object.fromEntries(open), (id) => results.get(id), step.id), ...Object.fromEntries(present) };
  }
  const problems = [
    ...missing.map(
      ([name, binding]) => `"${name}" was not given, and "${binding.step}", whose result it is, was not called before`,
    ),
    ...unknown.map((name) => `"${name}" is no input of the step`),
  ];
  throw new PipelineError('EXECUTION_INPUT_MISSING', {
    what: problems.join('; '),
    where: `the call of step "${step.id}"`,
    expected: expected.length === 0 ? 'no inputs' : expected.join(', '),
    received: present.map(([name]) => name).join(', ') || 'none',
    details: { missing: missing.map(([name]) => name), unknown },
  });
}
