import type { PlanStep } from '../../contracts/plan.js';
import type { StepTask } from '../../contracts/run.js';
import { isStored } from '../../contracts/store/stored-value.js';
import { PipelineError } from '../../errors/pipeline-error.js';

/** Inputs that the code of a step takes and its task, or its plan, lacks. None while the task's are in the store. */
export function missingInputs(
  step: PlanStep,
  { inputs }: { readonly inputs: StepTask['inputs'] | PlanStep['inputs'] },
): readonly string[] {
  return isStored(inputs) ? [] : Object.keys(step.inputs).filter((name) => !Object.hasOwn(inputs, name));
}

/**
 * The code of a step is that of the worker, its inputs are those of the plan that its run keeps: the two may be of different versions of the
 * pipeline. More inputs than the code takes do no harm.
 * @throws PipelineError `EXECUTION_INPUTS_DIFFER`.
 */
export function requireShape(step: PlanStep, task: StepTask): void {
  const missing = missingInputs(step, task);
  if (step.kind === task.kind && missing.length === 0) return;
  const list = (names: readonly string[]): string => names.join(', ') || 'none';
  const expected = Object.keys(step.inputs).sort();
  const received = Object.keys(task.inputs).sort();
  throw new PipelineError('EXECUTION_INPUTS_DIFFER', {
    what:
      step.kind === task.kind
        ? `the code of step "${step.id}" takes inputs that the plan of the run does not give it: ${list(missing)}`
        : `step "${step.id}" is a ${step.kind} now and a ${task.kind} in the plan of the run`,
    where: `step "${step.id}" of ${task.run.pipeline}, plan ${task.run.planHash.slice(0, 12)} of the run`,
    expected: `inputs ${list(expected)}`,
    received: `inputs ${list(received)}`,
    details: { step: step.id, expected, received, missing: [...missing] },
  });
}
