import type { PlanStep } from '../../contracts/plan.js';
import { PipelineError } from '../../errors/pipeline-error.js';
import { inputsOf } from '../../pipeline/given-inputs.js';
import type { Pipeline, StepFunction, StepWork, WorkAround } from '../../pipeline/pipeline.js';
import type { StageOperation } from '../../pipeline/step-context.js';

/** Operations of the stages by kind and name; each takes its own configuration and inputs. */
export type StageOperations = {
  readonly [kind: string]: { readonly [operation: string]: StageOperation<never, never, unknown, never> };
};

/** The code of each operation of a step. An approval has none. */
export function workOf(
  pipeline: Pick<Pipeline, 'name' | 'functions' | 'around'>,
  step: PlanStep,
  operations: StageOperations,
): [string, StepWork][] {
  const around: WorkAround = pipeline.around ?? ((_operation, work) => work);
  return ownWorkOf(pipeline, step, operations).map(([operation, work]) => [
    operation,
    around({ step: step.id, kind: step.kind, operation }, work),
  ]);
}

function ownWorkOf(
  pipeline: Pick<Pipeline, 'name' | 'functions'>,
  step: PlanStep,
  operations: StageOperations,
): [string, StepWork][] {
  if (step.kind === 'gate') return [];
  if (step.kind === 'step' || step.double === true)
    return [[step.kind, customWork(pipeline.functions.get(step.id), pipeline, step)]];
  return Object.entries(operations[step.kind] ?? {}).map(([name, operation]) => [name, stageWork(operation)]);
}

function customWork(run: StepFunction | undefined, pipeline: Pick<Pipeline, 'name' | 'functions'>, step: PlanStep): StepWork {
  if (run !== undefined) return (task, context) => run(inputsOf(task), context);
  throw new PipelineError('EXECUTION_UNKNOWN_STEP', {
    what: `step "${step.id}" has no function`,
    where: `pipeline ${pipeline.name}`,
    expected: `a function for every custom step`,
    received: `functions for ${[...pipeline.functions.keys()].join(', ') || 'none'}`,
  });
}

/** The plan was checked when it was defined: its configuration has the shape that the stage of its kind takes. */
function stageWork(operation: StageOperation<never, never, unknown, never>): StepWork {
  return (task, context) =>
    operation({ config: task.config as never, inputs: task.inputs as never, arguments: task.arguments as never }, context);
}
