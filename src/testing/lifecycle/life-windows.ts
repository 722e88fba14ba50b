import type { TrainingSignal } from '../../contracts/entities/continuous-training.js';
import type { JsonObject } from '../../contracts/json.js';
import type { RetrainConfig } from '../../contracts/stages/retrain.js';
import { PipelineError } from '../../errors/pipeline-error.js';
import type { Pipeline } from '../../pipeline/pipeline.js';
import { resolveConfig } from '../../pipeline/interpreter/resolve-config.js';

/** What happened in one window of a model's life; only what would make the monitor signal. */
export interface LifeWindow {
  /** End of the window, ISO: when it is closed, and the newest data that it knows. Ascending. */
  readonly at: string;
  /** Columns whose drift was found, with the score. */
  readonly drift?: { readonly [column: string]: number };
  /** Metrics of the window; one below the bound of a `on.performanceBelow` trigger is a reason to retrain. */
  readonly performance?: { readonly [metric: string]: number };
  readonly newRows?: number;
  /** A person asks for a retrain. */
  readonly retrainNow?: { readonly by: string };
  /** A cron trigger of the policy is due. */
  readonly cron?: boolean;
}

/** How a retrain ended. */
export type RetrainOutcome = 'promoted' | 'rejected' | 'rolled-back' | 'failed';

/** Says how the n-th retrain, from 1, ends. */
export type OnRetrain = (n: number, parameters: JsonObject) => RetrainOutcome | Promise<RetrainOutcome>;

/** When the windows end, ms since 1970. @throws RangeError when they are out of order. */
export function endsOf(windows: readonly LifeWindow[]): readonly number[] {
  let before = -Infinity;
  return windows.map((window) => {
    const at = Date.parse(window.at);
    if (!(at >= before)) throw new RangeError(`the window of ${window.at} is out of order`);
    before = at;
    return at;
  });
}

/** Where a growing window starts in a story, which has no first run. */
const FIRST_DAY = '1970-01-01';

/** The policy that the pipeline sets. A growing window starts in 1970, for a story has no first run. @throws PipelineError `TESTING_UNKNOWN_STEP` when it has no `p.retrain`. */
export function policyOf({ plan }: Pick<Pipeline<never>, 'plan'>): RetrainConfig {
  const step = plan.steps.find(({ kind }) => kind === 'retrain');
  if (step !== undefined) {
    const { window } = step.config as unknown as RetrainConfig;
    return resolveConfig(step.config, { [window.from]: FIRST_DAY }) as unknown as RetrainConfig;
  }
  throw new PipelineError('TESTING_UNKNOWN_STEP', {
    what: 'the pipeline has no retrain step, so nothing would ever retrain',
    where: `pipeline ${plan.pipeline}`,
    cure: 'Declare `p.retrain(monitor, { on: [...] })`.',
  });
}

/** What a monitor would signal to the continuous training at the end of a window. */
export function signalsOf(window: LifeWindow, { on }: RetrainConfig): readonly TrainingSignal[] {
  const { at } = window;
  const drift = Object.entries(window.drift ?? {}).map(([column, score]): TrainingSignal => ({
    id: `${at}/drift/${column}`,
    kind: 'drift',
    at,
    column,
    score,
  }));
  const performance = on.flatMap((trigger): TrainingSignal[] => {
    const score = trigger.on === 'performance' ? window.performance?.[trigger.metric] : undefined;
    if (trigger.on !== 'performance' || score === undefined || score >= trigger.below) return [];
    const { metric, below } = trigger;
    return [{ id: `${at}/performance/${metric}`, kind: 'performance', at, metric, score, threshold: below }];
  });
  return [
    ...drift,
    ...performance,
    ...(window.newRows === undefined ? [] : [{ id: `${at}/rows`, kind: 'new_rows', at, rows: window.newRows } as const]),
    ...(window.cron === true ? [{ id: `${at}/cron`, kind: 'cron', at } as const] : []),
    ...(window.retrainNow === undefined ? [] : [{ id: `${at}/manual`, kind: 'manual', at, by: window.retrainNow.by } as const]),
  ];
}
