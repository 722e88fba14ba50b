import type { PlanStep } from '../../contracts/plan.js';
import type { StepState, StepStatus, StepVerdict } from '../../contracts/run.js';
import { describeCondition } from '../interpreter/evaluate-condition.js';

/** The state of a step, in words: status, duration, whether its result was recorded before, progress of a map, and why it waits or failed. */
export function outcomeWords(state: StepState | undefined): readonly string[] {
  if (state === undefined) return ['pending'];
  const { status, seconds, cached, reusedFrom, items, reason, verdict, failure, waitingFor } = state;
  const note = failure === null ? (waitingFor ?? '') : `${failure.code}: ${failure.message.split('\n')[0] ?? ''}`;
  return [
    status,
    seconds === null ? '' : `${seconds.toFixed(1)} s`,
    cached ? 'cached' : '',
    reusedFrom === undefined ? '' : `taken over from ${reusedFrom}`,
    items === undefined ? '' : `${items.done} of ${items.total}${items.failed === 0 ? '' : `, ${items.failed} failed`}`,
    reason ?? '',
    verdict === undefined ? '' : verdictWords(verdict),
    note,
  ].filter((part) => part !== '');
}

/** `rejected: roc_auc .61 is not better than .63`. */
export const verdictWords = ({ decision, reasons }: StepVerdict): string =>
  reasons.length === 0 ? decision : `${decision}: ${reasons.join('; ')}`;

/** Whether the step ended as its pipeline hopes: a model that goes on, a roll-out that stays. */
export const isGood = ({ decision }: StepVerdict): boolean => decision === 'blessed' || decision === 'promoted';

/** What decides whether and when a step runs, beside its needs. */
export function ruleWords(step: PlanStep): readonly string[] {
  const guards = (step.when ?? []).map(({ condition, is }) => `${is ? 'when' : 'unless'} ${describeCondition(condition)}`);
  const join = step.join === undefined || step.join === 'all' ? [] : [`${step.join} of its branches`];
  return [...guards, ...join, ...(step.finally === true ? ['at the end, whatever happens'] : [])];
}

/** What a body is run for, as the caption of its frame. */
export const bodyCaption = (step: PlanStep): string =>
  step.kind === 'loop' ? `each round of ${step.id}` : `each item of ${step.id}`;

/** Fill, border and text of a step in pictures, by its status. */
export const STATUS_COLOURS: Readonly<
  Record<StepStatus, { readonly fill: string; readonly line: string; readonly text: string }>
> = {
  pending: { fill: '#f5f5f5', line: '#9e9e9e', text: '#424242' },
  running: { fill: '#e1f5fe', line: '#0277bd', text: '#01344f' },
  waiting: { fill: '#fff8e1', line: '#f9a825', text: '#4a3500' },
  blocked: { fill: '#fff3e0', line: '#e65100', text: '#4a1c00' },
  succeeded: { fill: '#e8f5e9', line: '#2e7d32', text: '#12361a' },
  failed: { fill: '#ffebee', line: '#c62828', text: '#4f0d0d' },
  skipped: { fill: '#fafafa', line: '#bdbdbd', text: '#616161' },
  cancelled: { fill: '#eceff1', line: '#546e7a', text: '#263238' },
};

export interface PictureOptions {
  /** Live state of steps, by their id; a step without one is drawn as pending. Without it the plan alone is drawn. */
  readonly states?: readonly StepState[];
}
