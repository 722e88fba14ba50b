import { median } from '../metrics/quantiles.js';
import type { PlanStep } from '../contracts/plan.js';
import type { RunManifest } from '../contracts/run/run-manifest.js';

/** Whether a step will be computed. */
export type Work = 'surely' | 'never' | 'perhaps';

/** Estimated duration of a run: the medians of earlier runs along the critical path. */
export type DurationEstimate = {
  /** Number of earlier runs. */
  readonly runs: number;
  /** Seconds when every undecided step is taken from the cache (`least`), and when every one is computed (`most`). */
  readonly least: number;
  readonly most: number;
  /** Median seconds of the steps that may run. */
  readonly steps: { readonly [step: string]: number };
  /** Steps that may run and have never run; they count 0 seconds. */
  readonly unknown: readonly string[];
};

/** Approvals count 0 seconds, since the time that people take is unknown. */
export function estimateDuration(
  steps: readonly PlanStep[],
  workOf: (step: PlanStep) => Work,
  earlier: readonly RunManifest[],
): DurationEstimate {
  const timed = steps.filter(({ kind }) => kind !== 'gate' && kind !== 'join');
  const known = timed.flatMap((step) => {
    const seconds = workOf(step) === 'never' ? null : usualSeconds(step.id, earlier);
    return seconds === null ? [] : [[step.id, seconds] as const];
  });
  const medians = new Map(known);
  const unknown = timed.filter((step) => workOf(step) !== 'never' && !medians.has(step.id)).map(({ id }) => id);
  const along = (counts: (work: Work) => boolean): number =>
    longestWay(steps, (step) => (counts(workOf(step)) ? (medians.get(step.id) ?? 0) : 0));
  return {
    runs: earlier.length,
    least: along((work) => work === 'surely'),
    most: along((work) => work !== 'never'),
    steps: Object.fromEntries(known),
    unknown,
  };
}

/** Median over the runs that computed the step; null without such a run. */
function usualSeconds(id: string, earlier: readonly RunManifest[]): number | null {
  const seconds = earlier
    .flatMap(({ steps }) => steps.filter((step) => step.id === id && step.status === 'succeeded'))
    .filter(({ cached, reusedFrom }) => !cached && reusedFrom === undefined)
    .flatMap((step) => (step.seconds === null ? [] : [step.seconds]))
    .sort((left, right) => left - right);
  return seconds.length === 0 ? null : median(seconds);
}

/** Clean-up steps begin when all others have ended. */
function longestWay(steps: readonly PlanStep[], secondsOf: (step: PlanStep) => number): number {
  const ends = new Map<string, number>();
  const latest = (): number => Math.max(0, ...ends.values());
  const ordered = [...steps.filter((step) => step.finally !== true), ...steps.filter((step) => step.finally === true)];
  const main = ordered.filter((step) => step.finally !== true).length;
  let begin = 0;
  for (const [index, step] of ordered.entries()) {
    if (index === main) begin = latest();
    const start = Math.max(begin, ...step.needs.map((need) => ends.get(need) ?? 0));
    ends.set(step.id, start + secondsOf(step));
  }
  return latest();
}
