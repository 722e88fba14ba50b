import { type ByteBudget, withinResults } from '../../../workflows/scope/byte-budget.js';
import { cacheOf } from '../../../workflows/steps/step-cache.js';
import type { ChildInput, StageHost } from '../../../workflows/stages/stage-host.js';
import type { BodyRun, StepCall } from '../../../workflows/scope/scope-surroundings.js';
import type { JsonObject } from '../../contracts/json.js';
import type { RunIdentity, RunOptions, RunResult, StepOutcome, StepTask } from '../../contracts/run.js';
import type { CodeSource } from '../../cache/code/pipeline-code.js';
import { isPipelineError, PipelineError } from '../../errors/pipeline-error.js';
import type { StepLog } from '../../pipeline/step-context.js';
import type { RunClock } from './run-clock.js';
import type { RunTrace } from './run-trace.js';
import type { SecretProvider } from '../../secrets/provider.js';
import type { ArtifactStore } from '../../store/artifacts/artifact-store.js';
import { loadParts, readOperand } from '../../store/values/stored-values.js';
import { runStep, type StepWork } from '../../worker/step/run-step.js';
import { cachingOf } from '../../worker/step/step-caching.js';
import { createInProcessMapHost } from './in-process-map.js';

export type InProcessStep = {
  readonly call: StepCall;
  readonly run: RunIdentity;
  readonly parameters: JsonObject;
  readonly artifacts: ArtifactStore;
  /** How much of the results the run holds; the rest lies in the store. */
  readonly results: ByteBudget;
  readonly pipeline: CodeSource;
  readonly options: RunOptions;
  readonly log: StepLog;
  readonly clock: RunClock;
  readonly trace: RunTrace;
  readonly secrets?: SecretProvider;
  /** The code of each operation of the step. */
  readonly work: ReadonlyMap<string, StepWork>;
  /** Runs a pipeline that the step calls. */
  readonly runChild: (input: ChildInput, workflowId: string, signal: AbortSignal) => Promise<RunResult>;
  /** Aborted when the step is cancelled. */
  readonly signal: AbortSignal;
};

/** The host of a step that runs in this process: every `call` goes through the wrapper of the worker, with the plan's retries. */
export function createInProcessHost(hosted: InProcessStep): StageHost {
  const { call, run, signal } = hosted;
  const host: StageHost = {
    config: call.config,
    inputs: call.inputs,
    workflowId: run.workflowId,
    call: async (operation, operationArguments = {}, { occurrence = 0, part } = {}) => {
      const { step, config, inputs } = call;
      const { parameters } = hosted;
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
        ...(call.instance === '' ? {} : { instance: call.instance }),
        ...cacheOf(step, hosted.options),
        ...(part === undefined ? {} : { activityId: `${step.id}${call.instance}.${operation}[${part}]` }),
      };
      const outcome = await withinResults(hosted.results, task, (granted) => attempt(hosted, granted));
      call.record(outcome);
      return outcome.result;
    },
    runBody: bodiesOf(hosted),
    runChild: (input) => {
      const workflowId = `${run.workflowId}/${call.step.id}${call.instance}`;
      call.called(workflowId);
      return hosted.runChild(input, workflowId, signal);
    },
    readOperands: (values) => Promise.all(values.map((value) => readOperand(hosted.artifacts, value))),
    whole: (value) => loadParts(hosted.artifacts, value),
    count: call.count,
    sleep: (ms) => hosted.clock.sleep(ms, signal),
    now: () => hosted.clock.now(),
    describe: call.describe,
    shielded: (work) => work(),
  };
  return call.step.kind === 'map' ? { ...host, map: createInProcessMapHost(hosted, host) } : host;
}

/** Starts runs of the step's body, and cancels those under way when the step is cancelled. */
function bodiesOf({ call, signal }: InProcessStep): StageHost['runBody'] {
  const open = new Set<BodyRun>();
  signal.addEventListener('abort', () => {
    for (const body of open) body.cancel();
  });
  return (input) => {
    const body = call.openBody(input);
    open.add(body);
    const done = body.run().finally(() => open.delete(body));
    return {
      done,
      cancel: () => {
        body.cancel();
      },
    };
  };
}

async function attempt(hosted: InProcessStep, task: StepTask): Promise<StepOutcome> {
  const { retry } = hosted.call.step;
  let pauseMs = retry.initialIntervalMs;
  for (let number = 1; ; number++) {
    try {
      const name = `${task.step}${task.instance ?? ''}`;
      const { operation } = task;
      return await hosted.clock.during(() =>
        hosted.trace.follow({ step: name, operation, attempt: number }, () => tryOnce(hosted, task, number)),
      );
    } catch (error) {
      if (hosted.signal.aborted || number >= retry.maximumAttempts || !isPipelineError(error) || !error.retryable) throw error;
      await hosted.clock.sleep(Math.min(pauseMs, retry.maximumIntervalMs), hosted.signal);
      pauseMs *= retry.backoffCoefficient;
    }
  }
}

async function tryOnce(hosted: InProcessStep, task: StepTask, number: number): Promise<StepOutcome> {
  const { step } = hosted.call;
  const work = hosted.work.get(task.operation);
  if (work === undefined) {
    throw new PipelineError('EXECUTION_UNKNOWN_STEP', {
      what: `step "${step.id}" has no operation "${task.operation}"`,
      expected: `one of ${[...hosted.work.keys()].join(', ') || '(none)'}`,
    });
  }
  const late = new AbortController();
  const timer = setTimeout(() => {
    late.abort(new PipelineError('EXECUTION_STEP_TIMED_OUT', { what: `step "${step.id}" ran longer than ${step.timeoutMs} ms` }));
  }, step.timeoutMs);
  try {
    return await runStep(task, work, {
      activityId: task.activityId ?? `${task.step}${task.instance ?? ''}.${task.operation}[${task.occurrence}]`,
      attempt: number,
      objects: hosted.artifacts.objects,
      temporal: null,
      log: hosted.trace.logOf(`${task.step}${task.instance ?? ''}`, hosted.log),
      ...(hosted.secrets === undefined ? {} : { secrets: hosted.secrets }),
      signal: AbortSignal.any([hosted.signal, late.signal]),
      heartbeatTimeoutMs: step.heartbeatTimeoutMs,
      lastHeartbeat: null,
      heartbeat: () => undefined,
      caching: cachingOf(hosted.pipeline, step, task.operation),
    });
  } finally {
    clearTimeout(timer);
  }
}
