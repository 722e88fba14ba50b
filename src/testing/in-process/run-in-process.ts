import {
  aBoolean,
  aFunction,
  anObject,
  aPipeline,
  aSecretProvider,
  aStore,
  aText,
  listOf,
  optional,
  recordOf,
} from '../../errors/kinds.js';
import { checkCall, checkSettings } from '../../errors/check-call.js';
import { randomUUID } from 'node:crypto';
import type { JsonObject } from '../../contracts/json.js';
import type { RunResult } from '../../contracts/run.js';
import { PipelineError } from '../../errors/pipeline-error.js';
import type { Pipeline } from '../../pipeline/pipeline.js';
import { openObjectStore } from '../../store/open-store.js';
import { withDoubles } from '../doubles.js';
import { refuseKills } from '../faults.js';
import { FakeClock, wallClock } from './run-clock.js';
import { type AttemptEvent, type LogLine, RunTrace } from './run-trace.js';
import type { InProcessOptions } from './in-process-options.js';
import { runPlan } from './run-plan.js';

/** The result of the run, and what its steps did. */
export type InProcessResult = RunResult & {
  /** Every attempt of every operation, its start and its end, in order. */
  readonly attempts: readonly AttemptEvent[];
  readonly logs: readonly LogLine[];
};

/**
 * Runs a pipeline in this process, without Temporal: the same scheduler, stages and step wrapper as a worker. For tests and notebooks.
 * Nothing is durable: a run that is interrupted starts again. Steps see `temporal: null`. The policy `block` counts as `fail`, since
 * nobody could resume. A failed run is a result with status `failed`, no exception.
 *
 * @throws PipelineError `AUTHORING_PARAMETERS_INVALID`, `STORE_*` when the store cannot be opened, `TESTING_*` for fakes and faults
 *   that do not fit.
 */
export async function runInProcess<Params>(
  pipeline: Pipeline<Params>,
  parameters: Params | JsonObject,
  options: InProcessOptions,
): Promise<InProcessResult> {
  checkCall('runInProcess', { pipeline }, { pipeline: aPipeline });
  checkSettings('runInProcess', options, {
    ...{ store: aStore, secrets: optional(aSecretProvider), onStatus: optional(aFunction), cache: optional(aBoolean) },
    ...{
      force: optional(listOf(aText)),
      onApproval: optional(aFunction),
      startAt: optional(aText),
      fakes: optional(recordOf(aFunction)),
    },
    faults: optional(listOf(anObject)),
  });
  const objects = await openObjectStore(options.store);
  const id = randomUUID();
  refuseKills(options.faults ?? []);
  const clock = options.startAt === undefined ? wallClock : new FakeClock(Date.parse(options.startAt));
  const trace = new RunTrace(() => clock.now());
  const doubled = withDoubles(pipeline, options);
  const start = { pipeline: doubled, parameters, workflowId: `in-process/${pipeline.name}/${id}`, runId: id };
  const result = await runPlan(start, { ...options, objects, clock, trace }, new AbortController().signal);
  if (result === null) {
    throw new PipelineError('EXECUTION_STEP_CANCELLED', { what: `the run of ${pipeline.name} was cancelled` });
  }
  return { ...result, attempts: trace.attempts, logs: trace.logs };
}
