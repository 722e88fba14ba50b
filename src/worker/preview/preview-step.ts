import type { StageHost } from '../../../workflows/stages/stage-host.js';
import { stageOfStep } from '../../../workflows/stages/stages.js';
import { cacheOf } from '../../../workflows/steps/step-cache.js';
import type { CodeSource } from '../../cache/code/pipeline-code.js';
import type { JsonObject, JsonValue } from '../../contracts/json.js';
import type { PlanStep } from '../../contracts/plan.js';
import type { RunIdentity, RunOptions, StepTask } from '../../contracts/run.js';
import type { StepLog } from '../../pipeline/step-context.js';
import type { ObjectStore } from '../../store/port.js';
import { cachingOf, lookAhead } from '../step/step-caching.js';

export type PreviewSurroundings = {
  readonly run: RunIdentity;
  readonly pipeline: CodeSource;
  readonly parameters: JsonObject;
  readonly options: RunOptions;
  readonly objects: ObjectStore;
};

/** What one operation of a step would find in the cache. */
export type OperationPreview = {
  readonly operation: string;
  readonly hit: boolean;
  readonly reason: string;
  /** Set for a cached operation. */
  readonly key: string | null;
};

/** `result` is undefined when an operation would have to be computed; the operations after that one are not asked. */
export type StepForesight = { readonly operations: readonly OperationPreview[]; readonly result: JsonValue | undefined };

/** Asks the cache for each operation of a step, in the order of the stage's own code, with what the operations before gave. */
export async function foreseeStep(
  step: PlanStep,
  { config, inputs }: { readonly config: JsonObject; readonly inputs: JsonObject },
  surroundings: PreviewSurroundings,
): Promise<StepForesight> {
  const operations: OperationPreview[] = [];
  const host = lookingHost(step, config, inputs, async (operation, operationArguments, occurrence) => {
    const { run, parameters, pipeline, objects, options } = surroundings;
    const task: StepTask = {
      run,
      step: step.id,
      kind: step.kind,
      operation,
      occurrence,
      config,
      inputs,
      parameters,
      arguments: operationArguments,
      ...cacheOf(step, options),
    };
    const warnings: string[] = [];
    const caching = cachingOf(pipeline, step, operation);
    const found = await lookAhead(task, { caching, objects, activityId: step.id, log: warningsInto(warnings) });
    if (found === null) {
      const [reason = 'not cached: its result depends on the time'] = warnings;
      operations.push({ operation, hit: false, reason, key: null });
      throw new NotKept();
    }
    const { hit, reason, key } = found.record;
    operations.push({ operation, hit, reason, key });
    if (found.outcome === null) throw new NotKept();
    return found.outcome.result;
  });
  try {
    return { operations, result: await stageOfStep(step)(host) };
  } catch (error) {
    if (error instanceof NotKept) return { operations, result: undefined };
    throw error;
  }
}

/** Ends the code of a stage where it would have to wait for work. */
class NotKept extends Error {}

type Call = (operation: string, operationArguments: JsonObject, occurrence: number) => Promise<JsonValue>;

function lookingHost(step: PlanStep, config: JsonObject, inputs: JsonObject, call: Call): StageHost {
  const refuse = (what: string) => (): never => {
    throw new Error(`step "${step.id}" is cached, so it cannot ${what}`);
  };
  return {
    config,
    inputs,
    workflowId: '',
    call: (operation, operationArguments = {}, { occurrence = 0 } = {}) => call(operation, operationArguments, occurrence),
    runBody: refuse('run a body'),
    runChild: refuse('run a pipeline'),
    // Kept results are whole.
    readOperands: refuse('hold what lies in the store'),
    whole: (value) => Promise.resolve(value),
    sleep: refuse('wait'),
    count: () => undefined,
    describe: () => undefined,
    now: () => Date.now(),
    shielded: (work) => work(),
  };
}

function warningsInto(warnings: string[]): StepLog {
  const silent = (): void => undefined;
  return {
    debug: silent,
    info: silent,
    error: silent,
    warn: (message, fields) => {
      warnings.push([message, fields?.['message']].filter((part) => typeof part === 'string').join(': '));
    },
  };
}
