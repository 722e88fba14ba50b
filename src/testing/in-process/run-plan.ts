import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { stageOperations } from '../../../activities/index.js';
import type { Cancellable } from '../../../workflows/temporal/cancellable.js';
import { ByteBudget, RESULT_BYTES } from '../../../workflows/scope/byte-budget.js';
import { RunDriver } from '../../../workflows/run/run-driver.js';
import { stageOfStep } from '../../../workflows/stages/stages.js';
import { cancelledFailure, CodedError, localFailure } from '../../../workflows/steps/step-failure.js';
import type { GateState } from '../../contracts/run/gates.js';
import type { Plan, PlanStep } from '../../contracts/plan.js';
import type { RunIdentity, RunOptions, RunResult, StepFailure } from '../../contracts/run.js';
import type { RunEnd } from '../../contracts/run/run-manifest.js';
import { PipelineError } from '../../errors/pipeline-error.js';
import type { Pipeline } from '../../pipeline/pipeline.js';
import type { StepLog } from '../../pipeline/step-context.js';
import { recordRun } from '../../runs/record-run.js';
import { validateParameters } from '../../schema/validate-parameters.js';
import { createArtifactStore } from '../../store/artifacts/create-artifact-store.js';
import type { ObjectStore } from '../../store/port.js';
import { loadParts, readOperand } from '../../store/values/stored-values.js';
import { workOf } from '../../worker/step/step-work.js';
import type { RunClock } from './run-clock.js';
import type { RunTrace } from './run-trace.js';
import { createInProcessHost, type InProcessStep } from './in-process-host.js';
import type { ApprovalAnswer, InProcessOptions } from './in-process-options.js';

type Start = {
  readonly pipeline: Pipeline<unknown>;
  readonly parameters: unknown;
  readonly workflowId: string;
  readonly runId: string;
};

type Surroundings = Omit<InProcessOptions, 'store'> & {
  readonly objects: ObjectStore;
  readonly clock: RunClock;
  readonly trace: RunTrace;
};

/** Null when it was cancelled. */
export async function runPlan(start: Start, surroundings: Surroundings, cancelled: AbortSignal): Promise<RunResult | null> {
  const { pipeline, workflowId, runId } = start;
  const { objects, clock, trace } = surroundings;
  const plan = withoutBlocking(pipeline.plan);
  const valid = validateParameters(plan.parameters, start.parameters);
  const run: RunIdentity = { pipeline: plan.pipeline, planHash: plan.hash, workflowId, runId };
  const log = createLog(run);
  const secrets = surroundings.secrets === undefined ? {} : { secrets: surroundings.secrets };
  const runChild = childrenOf(start, surroundings);
  const { cache, force } = surroundings;
  const runOptions: RunOptions = { ...(cache === undefined ? {} : { cache }), ...(force === undefined ? {} : { force }) };
  const answered = new Set<string>();
  const artifacts = createArtifactStore(objects);
  const results = new ByteBudget(RESULT_BYTES);
  const driver: RunDriver = new RunDriver(plan, valid, {
    now: () => clock.now(),
    failureOf: localFailure,
    readOperands: (values) => Promise.all(values.map((value) => readOperand(artifacts, value))),
    author: null,
    decided: (step, decision) => {
      log.info('an approval decided', { step, ...decision });
    },
    timer: (ms) => cancellable((signal) => clock.sleep(ms, signal)),
    runStep: (call) =>
      cancellable((signal) => {
        const work = new Map(workOf(pipeline, call.step, stageOperations));
        const host = createInProcessHost({
          call,
          pipeline,
          run,
          parameters: valid,
          artifacts,
          results,
          log,
          work,
          runChild,
          signal,
          options: runOptions,
          clock,
          trace,
          ...secrets,
        });
        return stageOfStep(call.step)(host);
      }),
    changed: (status) => {
      surroundings.onStatus?.(status);
      for (const gate of status.gates?.filter(({ state, step }) => state === 'open' && !answered.has(step)) ?? []) {
        answered.add(gate.step);
        const answer = surroundings.onApproval?.(gate.step, gate.message) ?? 'approve';
        queueMicrotask(() => {
          answerGate(driver, gate, answer);
        });
      }
    },
  });
  const cancel = (): void => {
    driver.cancel();
  };
  cancelled.addEventListener('abort', cancel);
  const startedAt = new Date().toISOString();
  const ended = await driver.run();
  cancelled.removeEventListener('abort', cancel);
  const status: RunEnd['status'] = ended === 'succeeded' || ended === 'failed' ? ended : 'cancelled';
  const { steps } = driver.status();
  const end = { run, status, plan: pipeline.plan, parameters: valid, options: runOptions, steps, results: driver.results() };
  try {
    await recordRun(artifacts, { ...end, startedAt, finishedAt: new Date().toISOString() }, pipeline);
  } catch (error) {
    // As on a server: what the run did counts, not whether it could be noted.
    log.warn('the manifest of the run could not be written', { error: localFailure(error).message });
  }
  const result = driver.result();
  if (result === null) return null;
  const whole = await loadParts(artifacts, { results: result.results, result: result.result ?? null });
  return { ...result, results: whole.results, ...(result.result === undefined ? {} : { result: whole.result }) };
}

/** Answers for as many of those who may as the approval needs. */
function answerGate(driver: RunDriver, { step, missing, approvers }: GateState, answer: ApprovalAnswer): void {
  if (answer === 'ignore') return;
  const reason = 'answered by the runner';
  const people =
    approvers ?? Array.from({ length: missing }, (_, index) => (index === 0 ? 'runInProcess' : `runInProcess ${index + 1}`));
  const [first = 'runInProcess'] = people;
  if (answer === 'reject') driver.reject({ step, by: first, reason });
  else for (const by of people.slice(0, missing)) driver.approve({ step, by, reason });
}

/** Runs the pipelines that the steps of a run call; their status is their own. */
function childrenOf(start: Start, surroundings: Surroundings): InProcessStep['runChild'] {
  const inherited = { ...surroundings, onStatus: () => undefined };
  return async ({ pipeline: name, parameters }, workflowId, signal) => {
    const { calls } = start.pipeline;
    const pipeline = calls?.get(name);
    if (pipeline === undefined) {
      throw new PipelineError('CALL_NOT_IN_PROCESS', {
        what: `pipeline "${name}" is not known here`,
        where: `run ${workflowId}`,
        expected: `one of ${[...(calls ?? new Map<string, Pipeline>()).keys()].join(', ') || '(none)'}`,
      });
    }
    const child = { pipeline, parameters, workflowId, runId: randomUUID() };
    const result = await runPlan(child, inherited, signal);
    if (result?.status === 'succeeded') return result;
    throw new CodedError(childFailure(workflowId, result));
  };
}

function childFailure(run: string, result: RunResult | null): StepFailure {
  const failed = result?.steps.filter((step) => step.failure !== null && step.onFailure === 'fail') ?? [];
  const first = failed.find((step) => step.status === 'failed') ?? failed[0];
  if (result === null || first?.failure == null) return cancelledFailure(`run ${run}`);
  const { code, message, details } = first.failure;
  return { code, message: `run "${run}" failed: step "${first.id}" failed: ${message}`, details: { run, details } };
}

function withoutBlocking(plan: Plan): Plan {
  return { ...plan, steps: plan.steps.map(neverBlocking) };
}

function neverBlocking(step: PlanStep): PlanStep {
  const { body } = step;
  const onFailure = step.onFailure === 'block' ? 'fail' : step.onFailure;
  return { ...step, onFailure, ...(body === undefined ? {} : { body: { ...body, steps: body.steps.map(neverBlocking) } }) };
}

function cancellable<T>(work: (signal: AbortSignal) => Promise<T>): Cancellable<T> {
  const controller = new AbortController();
  return {
    done: work(controller.signal),
    cancel: () => {
      controller.abort(new PipelineError('EXECUTION_STEP_CANCELLED', { what: 'the step was cancelled' }));
    },
  };
}

/** Warnings and errors, as JSON lines on stderr. */
function createLog(run: RunIdentity): StepLog {
  const logger = pino({ level: 'warn', base: { pipeline: run.pipeline } }, pino.destination({ dest: 2, sync: true }));
  return {
    debug: (message, fields) => {
      logger.debug(fields ?? {}, message);
    },
    info: (message, fields) => {
      logger.info(fields ?? {}, message);
    },
    warn: (message, fields) => {
      logger.warn(fields ?? {}, message);
    },
    error: (message, fields) => {
      logger.error(fields ?? {}, message);
    },
  };
}
