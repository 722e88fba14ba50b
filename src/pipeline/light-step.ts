import type { ResourceSpec } from '../contracts/plan.js';
import { durationMs, type Duration } from './duration.js';
import type { OptionReader } from './lint/issues.js';

/** Longest time of one attempt: the workflow task of the run is held open meanwhile. */
const LONGEST_MS = 10_000;

interface LightStepOptions {
  readonly resources?: ResourceSpec;
  readonly timeout?: Duration;
  readonly heartbeat?: Duration;
  readonly pool?: unknown;
  readonly live?: unknown;
}

/** Reports what a step that runs inside the worker of the run cannot have. */
export function lintLightStep(options: LightStepOptions, read: OptionReader): void {
  const refuse = (option: string, message: string): void => {
    read.at(option).report('light-step', `${message}; leave out \`light\` or \`${option}\``);
  };
  const { resources = {}, timeout, heartbeat, pool, live } = options;
  if (resources.gpu !== undefined && resources.gpu > 0) refuse('resources.gpu', 'a light step gets no devices');
  if (pool !== undefined) refuse('pool', 'a light step runs in the worker of the run, not in a pool');
  if (heartbeat !== undefined) refuse('heartbeat', 'a light step sends no heartbeats');
  if (live !== undefined) refuse('live', 'a light step has no live parameters');
  const timeoutMs = timeout === undefined ? null : durationMs(timeout);
  if (timeoutMs !== null && timeoutMs > LONGEST_MS)
    refuse('timeout', `a light step takes 10 seconds at most, got '${String(timeout)}'`);
}
