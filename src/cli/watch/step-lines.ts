import type { RunStatus, StepState } from '../../contracts/run.js';
import { isGood, verdictWords } from '../../pipeline/drawing/step-words.js';
import { shortNumber } from './short-number.js';
import type { Colours } from '../terminal.js';

/** One word per status with its usual colour. */
export function paintStatus(status: RunStatus['status'] | StepState['status'], colours: Colours): string {
  switch (status) {
    case 'succeeded':
      return colours.green(status);
    case 'running':
      return colours.cyan(status);
    case 'waiting':
    case 'blocked':
      return colours.yellow(status);
    case 'failed':
    case 'cancelled':
      return colours.red(status);
    case 'pending':
    case 'skipped':
      return colours.dim(status);
  }
}

/** A step on one line: id, status, seconds, metrics, and why it waits or failed. */
export function stepLine(step: StepState, colours: Colours): string {
  const parts = [step.id.padEnd(16), paintStatus(step.status, colours)];
  if (step.seconds !== null) parts.push(`${step.seconds.toFixed(1)} s`);
  if (step.cached) parts.push(colours.dim('(cached)'));
  if (step.reusedFrom !== undefined) parts.push(colours.dim(`(reused from ${step.reusedFrom})`));
  for (const [name, value] of Object.entries(step.metrics)) parts.push(`${name}=${shortNumber(value)}`);
  if (step.items !== undefined) parts.push(itemsInWords(step.items));
  if (step.verdict !== undefined) {
    const words = verdictWords(step.verdict);
    parts.push(isGood(step.verdict) ? words : colours.yellow(words));
  }
  if (step.reason !== undefined) parts.push(step.reason);
  if (step.waitingFor !== null) parts.push(`for ${step.waitingFor}`);
  if (step.failure !== null) parts.push(`${step.failure.code}: ${step.failure.message}`);
  return parts.join('  ');
}

function itemsInWords({ done, failed, total }: NonNullable<StepState['items']>): string {
  return `${done} of ${total}${failed === 0 ? '' : `, ${failed} failed`}`;
}

/** Steps whose line differs from the last time. */
export function changedSteps(before: RunStatus | null, now: RunStatus): readonly StepState[] {
  const earlier = new Map(before?.steps.map((step) => [step.id, step]));
  return now.steps.filter((step) => {
    const old = earlier.get(step.id);
    if (old === undefined) return step.status !== 'pending';
    return old.status !== step.status || old.waitingFor !== step.waitingFor;
  });
}
