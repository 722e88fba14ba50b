import type { JsonObject } from '../../contracts/json.js';
import type { FailurePolicy, PlanStep, ResourceSpec, RetrySpec, StepKind } from '../../contracts/plan.js';
import type { ScalarShape } from '../../schema/parameter.js';
import type { Duration } from '../duration.js';
import { jsonSchemaProblem } from '../../schema/validate-parameters.js';
import type { OptionReader } from '../lint/issues.js';
import { type CacheOptions, readCache } from './cache-options.js';
import { lintLightStep } from '../light-step.js';
import type { Ref } from '../references/reference.js';

/** Options that every step takes. */
export interface StepOptions {
  /** Name of the step in plans, status and the Temporal UI; default the stage's name. */
  readonly id?: string;
  readonly description?: string;
  /** What the step needs; with pools configured it runs in the smallest one that has it. */
  readonly resources?: ResourceSpec;
  /** Name of the pool that must take the step. */
  readonly pool?: string;
  /** 1 (first) to 5 among the steps that wait for the same pool; default the run's, which is 3 unless set. */
  readonly priority?: number;
  /** Parameters that may be changed while the step runs: `perennial control RUN STEP set name=value`. */
  readonly live?: ScalarShape;
  /** Default: 3 attempts, 1 second apart, twice as long each time, at most 60 seconds. */
  readonly retry?: RetryOptions;
  /** Longest time one attempt may take; default 24 hours for train, evaluate, commands and Python, else 1 hour. */
  readonly timeout?: Duration;
  /** Longest silence of a running attempt; default 30 seconds. */
  readonly heartbeat?: Duration;
  /** `fail` (default) fails the run, `block` waits for a `resume` update, `continue` goes on with the steps that do not need it. */
  readonly onFailure?: FailurePolicy;
  /**
   * Whether a result of an earlier run with the same code, configuration and inputs may be used instead of running. Default: true for
   * ingest, validate, feature, train and evaluate; false for steps of your own, which may do more than return a result. Deploy, monitor,
   * retrain, approvals and calls always run.
   */
  readonly cache?: boolean | CacheOptions;
  /** Steps that must finish first although nothing of theirs is used. */
  readonly after?: readonly Ref[];
}

export interface RetryOptions {
  /** Total tries, >= 1. */
  readonly maximumAttempts?: number;
  readonly initialInterval?: Duration;
  /** >= 1. */
  readonly backoffCoefficient?: number;
  readonly maximumInterval?: Duration;
}

/** The part of a plan step that comes from the options that every step takes. */
export type CommonStepFields = Pick<
  PlanStep,
  | 'description'
  | 'resources'
  | 'retry'
  | 'timeoutMs'
  | 'heartbeatTimeoutMs'
  | 'onFailure'
  | 'cache'
  | 'pool'
  | 'priority'
  | 'live'
  | 'light'
>;

const LONG_KINDS: readonly StepKind[] = ['train', 'evaluate', 'command'];
const FAILURE_POLICIES: readonly string[] = ['fail', 'block', 'continue'] satisfies FailurePolicy[];

export function readStepOptions(
  kind: StepKind,
  options: StepOptions & { readonly light?: boolean },
  read: OptionReader,
): CommonStepFields {
  const {
    timeout = options.light === true ? '10 seconds' : LONG_KINDS.includes(kind) ? '24 hours' : '1 hour',
    heartbeat = '30 seconds',
    onFailure = 'fail',
    description,
  } = options;
  if (!FAILURE_POLICIES.includes(onFailure)) {
    read.at('onFailure').report('range', `expected one of ${FAILURE_POLICIES.join(', ')}, got ${onFailure}`);
  }
  if (options.light === true) lintLightStep(options, read);
  return {
    ...(options.light === true ? { light: true } : {}),
    ...(description === undefined ? {} : { description }),
    resources: readResources(options.resources ?? {}, read.at('resources')),
    retry: readRetry(options.retry ?? {}, read.at('retry')),
    timeoutMs: read.at('timeout').duration(timeout),
    heartbeatTimeoutMs: read.at('heartbeat').duration(heartbeat),
    onFailure,
    ...readPlacement(kind, options, read),
    ...readCache(kind, options.cache, read.at('cache')),
  };
}

function readPlacement(
  kind: StepKind,
  { pool, priority, live }: StepOptions,
  read: OptionReader,
): Pick<PlanStep, 'pool' | 'priority' | 'live'> {
  return {
    ...(pool === undefined ? {} : { pool: read.at('pool').name(pool, 'the pool') }),
    ...(priority === undefined ? {} : { priority: readPriority(priority, read.at('priority')) }),
    ...(live === undefined ? {} : { live: readLive(kind, live, read.at('live')) }),
  };
}

/** 1 goes first, 5 last. */
export function readPriority(priority: number, read: OptionReader): number {
  return read.number(priority, { min: 1, max: 5, integer: true });
}

/** JSON Schemas by name. Without defaults: a live parameter has no value before it is set. */
function readLive(kind: StepKind, live: ScalarShape, read: OptionReader): JsonObject {
  if (!['step', 'train', 'command'].includes(kind))
    read.report(
      'live',
      `a ${kind} step takes no orders while it runs; \`p.step\`, \`p.train\`, \`p.command\` and \`p.python\` do`,
    );
  const unknown = kind === 'train' ? Object.keys(live).filter((name) => name !== 'learningRate') : [];
  for (const name of unknown) read.at(name).report('live', 'the trainer has no such live parameter; it has learningRate');
  const entries = Object.entries(live).map(([name, { parameter }]) => {
    const problem = jsonSchemaProblem(parameter);
    if (problem !== null) read.at(name).report('parameter', problem);
    if (parameter['type'] === 'array') read.at(name).report('live', 'a live parameter is one value, no list');
    if ('default' in parameter)
      read.at(name).report('parameter', 'a live parameter has no default: it counts from when it is set');
    return [name, structuredClone(parameter)] as const;
  });
  return Object.fromEntries(entries);
}

function readResources(resources: ResourceSpec, read: OptionReader): ResourceSpec {
  const { cpu, memoryGiB, gpu, gpuType, vramGiB } = resources;
  for (const name of ['gpuType', 'vramGiB'] as const) {
    if (resources[name] !== undefined && (gpu ?? 0) === 0)
      read.at(name).report('range', 'says which devices, so `gpu` must be 1 or more');
  }
  if (gpuType?.trim() === '') read.at('gpuType').report('range', 'expected the name of a device such as "a100", got nothing');
  return {
    ...(cpu === undefined ? {} : { cpu: read.at('cpu').number(cpu, { min: 0, open: true }) }),
    ...(memoryGiB === undefined ? {} : { memoryGiB: read.at('memoryGiB').number(memoryGiB, { min: 0, open: true }) }),
    ...(gpu === undefined ? {} : { gpu: read.at('gpu').number(gpu, { min: 0, integer: true }) }),
    ...(gpuType === undefined ? {} : { gpuType: gpuType.toLowerCase() }),
    ...(vramGiB === undefined ? {} : { vramGiB: read.at('vramGiB').number(vramGiB, { min: 0, open: true }) }),
  };
}

function readRetry(retry: RetryOptions, read: OptionReader): RetrySpec {
  const { maximumAttempts = 3, initialInterval = '1 second', backoffCoefficient = 2, maximumInterval = '60 seconds' } = retry;
  return {
    maximumAttempts: read.at('maximumAttempts').number(maximumAttempts, { min: 1, integer: true }),
    initialIntervalMs: read.at('initialInterval').duration(initialInterval),
    backoffCoefficient: read.at('backoffCoefficient').number(backoffCoefficient, { min: 1 }),
    maximumIntervalMs: read.at('maximumInterval').duration(maximumInterval),
  };
}
