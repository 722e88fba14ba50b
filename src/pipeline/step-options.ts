import type { FailurePolicy, PlanStep, ResourceSpec, RetrySpec, StepKind } from '../contracts/plan.js';
import type { Duration } from './duration.js';
import type { OptionReader } from './issues.js';
import type { Ref } from './reference.js';

/** Options that every step takes. */
export interface StepOptions {
  /** Name of the step in plans, status and the Temporal UI; default the stage's name. */
  readonly id?: string;
  readonly description?: string;
  readonly resources?: ResourceSpec;
  /** Default: 3 attempts, 1 second apart, twice as long each time, at most 60 seconds. */
  readonly retry?: RetryOptions;
  /** Longest time one attempt may take; default 24 hours for train, else 1 hour. */
  readonly timeout?: Duration;
  /** Longest silence of a running attempt; default 30 seconds. */
  readonly heartbeat?: Duration;
  /** `fail` (default) fails the run, `block` waits for a `resume` update, `continue` goes on with the steps that do not need it. */
  readonly onFailure?: FailurePolicy;
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
  'description' | 'resources' | 'retry' | 'timeoutMs' | 'heartbeatTimeoutMs' | 'onFailure'
>;

const FAILURE_POLICIES: readonly string[] = ['fail', 'block', 'continue'] satisfies FailurePolicy[];

export function readStepOptions(kind: StepKind, options: StepOptions, read: OptionReader): CommonStepFields {
  const {
    timeout = kind === 'train' ? '24 hours' : '1 hour',
    heartbeat = '30 seconds',
    onFailure = 'fail',
    description,
  } = options;
  if (!FAILURE_POLICIES.includes(onFailure)) {
    read.at('onFailure').report('range', `expected one of ${FAILURE_POLICIES.join(', ')}, got ${onFailure}`);
  }
  return {
    ...(description === undefined ? {} : { description }),
    resources: readResources(options.resources ?? {}, read.at('resources')),
    retry: readRetry(options.retry ?? {}, read.at('retry')),
    timeoutMs: read.at('timeout').duration(timeout),
    heartbeatTimeoutMs: read.at('heartbeat').duration(heartbeat),
    onFailure,
  };
}

function readResources(resources: ResourceSpec, read: OptionReader): ResourceSpec {
  const { cpu, memoryGiB, gpu } = resources;
  return {
    ...(cpu === undefined ? {} : { cpu: read.at('cpu').number(cpu, { min: 0, open: true }) }),
    ...(memoryGiB === undefined ? {} : { memoryGiB: read.at('memoryGiB').number(memoryGiB, { min: 0, open: true }) }),
    ...(gpu === undefined ? {} : { gpu: read.at('gpu').number(gpu, { min: 0, integer: true }) }),
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
