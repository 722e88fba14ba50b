import {
  adopt,
  decide,
  initialState,
  receive,
  recordFinish,
  recordStart,
  recordSuppressed,
  retrainParameters,
} from '../../workflows/continuous-training-policy.js';
import type { ContinuousTrainingState, RetrainDecision, TrainingSignal } from '../contracts/continuous-training.js';
import type { JsonObject } from '../contracts/json.js';
import type { RetrainConfig } from '../contracts/stages.js';
import { PipelineError } from '../errors/pipeline-error.js';
import type { Pipeline } from '../pipeline/pipeline.js';

/** What happened in one window of a model's life; only what would make the monitor signal. */
export interface LifeWindow {
  /** End of the window, ISO: when it is closed, and the newest data that it knows. Ascending. */
  readonly at: string;
  /** Columns whose drift was found, with the score. */
  readonly drift?: { readonly [column: string]: number };
  /** Metrics of the window; one below the bound of a `performanceBelow` trigger is a reason to retrain. */
  readonly performance?: { readonly [metric: string]: number };
  readonly newRows?: number;
  /** A person asks for a retrain. */
  readonly retrainNow?: { readonly by: string };
  /** A cron trigger of the policy is due. */
  readonly cron?: boolean;
}

export type RetrainOutcome = 'promoted' | 'rejected' | 'rolled-back' | 'failed';

export interface LifeOptions {
  readonly windows: readonly LifeWindow[];
  /** How the n-th retrain, from 1, ends; may run the pipeline with `runInProcess`. Default: promoted. */
  readonly onRetrain?: (n: number, parameters: JsonObject) => RetrainOutcome | Promise<RetrainOutcome>;
  /** When the story ends, ISO; a retrain under way is lived to its end. Default a day after the last window. */
  readonly endsAt?: string;
  /** How long a retrain takes by the clock of the story. Default 1 hour. */
  readonly retrainMs?: number;
}

export interface LifeStory {
  /** Every decision, in order, also those that held a retrain back, with triggers, reason, parameters and outcome. */
  readonly decisions: readonly RetrainDecision[];
  readonly started: number;
  /** Of the retrains, by their outcome. */
  readonly outcomes: Readonly<Partial<Record<RetrainOutcome, number>>>;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * Lives through the windows of a model with the retrain policy of its pipeline, in milliseconds: the continuous training's own decisions
 * (debounce, single flight, cool-down, budget), on a clock that jumps from one moment to the next. Nothing runs but `onRetrain`.
 * @throws PipelineError `TESTING_UNKNOWN_STEP` when the pipeline has no `p.retrain`; RangeError when the windows are out of order.
 */
export async function liveThrough(pipeline: Pick<Pipeline<never>, 'plan'>, options: LifeOptions): Promise<LifeStory> {
  const { windows, onRetrain = () => 'promoted' as const, retrainMs = HOUR_MS } = options;
  const policy = policyOf(pipeline);
  const life = new Life(policy, onRetrain, retrainMs);
  let before = -Infinity;
  for (const window of windows) {
    const at = Date.parse(window.at);
    if (!(at >= before)) throw new RangeError(`the window of ${window.at} is out of order`);
    before = at;
    await life.until(at);
    life.receive(signalsOf(window, policy), at);
  }
  await life.until(options.endsAt === undefined ? before + DAY_MS : Date.parse(options.endsAt));
  life.close();
  return life.story();
}

type RunEnd = { readonly atMs: number; readonly workflowId: string; readonly outcome: RetrainOutcome };

class Life {
  readonly #policy: RetrainConfig;
  readonly #onRetrain: NonNullable<LifeOptions['onRetrain']>;
  readonly #retrainMs: number;
  readonly #decisions: RetrainDecision[] = [];
  readonly #outcomes: Partial<Record<RetrainOutcome, number>> = {};
  #state: ContinuousTrainingState;
  #nowMs = -Infinity;
  #ends: RunEnd | null = null;

  constructor(policy: RetrainConfig, onRetrain: NonNullable<LifeOptions['onRetrain']>, retrainMs: number) {
    this.#policy = policy;
    this.#onRetrain = onRetrain;
    this.#retrainMs = retrainMs;
    this.#state = adopt(initialState(policy.model), policy);
  }

  receive(signals: readonly TrainingSignal[], nowMs: number): void {
    this.#nowMs = nowMs;
    for (const signal of signals) this.#state = receive(this.#state, signal, nowMs);
  }

  /** Decides at every moment at which the continuous training would look, up to a time. */
  async until(limitMs: number): Promise<void> {
    for (;;) {
      if (this.#ends !== null && this.#ends.atMs <= this.#nowMs) this.#finish(this.#ends);
      const verdict = decide(this.#state, this.#nowMs);
      if (verdict.action === 'start') {
        await this.#start(verdict);
        continue;
      }
      if (verdict.suppressed) this.#state = recordSuppressed(this.#state, verdict.reason, this.#nowMs);
      this.#keep();
      const next = Math.min(this.#ends?.atMs ?? Infinity, verdict.untilMs ?? Infinity);
      if (next > limitMs || next === Infinity) return;
      this.#nowMs = Math.max(this.#nowMs, next);
    }
  }

  /** Ends the retrain under way. */
  close(): void {
    if (this.#ends !== null) this.#finish(this.#ends);
  }

  story(): LifeStory {
    return { decisions: this.#decisions, started: this.#state.started, outcomes: this.#outcomes };
  }

  async #start(verdict: Extract<ReturnType<typeof decide>, { action: 'start' }>): Promise<void> {
    const n = this.#state.started + 1;
    const workflowId = `retrain-${n}`;
    const parameters = retrainParameters(this.#policy, verdict.atMs);
    this.#state = recordStart(this.#state, verdict, { workflowId, parameters, nowMs: this.#nowMs });
    this.#keep();
    const outcome = await this.#onRetrain(n, parameters);
    this.#ends = { atMs: this.#nowMs + this.#retrainMs, workflowId, outcome };
  }

  #finish({ workflowId, outcome }: RunEnd): void {
    const status = outcome === 'failed' ? 'failed' : 'succeeded';
    this.#state = recordFinish(this.#state, { workflowId, status, outcome });
    this.#outcomes[outcome] = (this.#outcomes[outcome] ?? 0) + 1;
    this.#ends = null;
    const at = this.#decisions.findIndex((decision) => decision.workflowId === workflowId);
    const found = this.#state.decisions.find((decision) => decision.workflowId === workflowId);
    if (at !== -1 && found !== undefined) this.#decisions[at] = found;
  }

  /** The state keeps its newest decisions only; the story keeps all. */
  #keep(): void {
    const newest = this.#state.decisions.at(-1);
    const last = this.#decisions.at(-1);
    if (
      newest !== undefined &&
      (last?.decidedAt !== newest.decidedAt || last.decision !== newest.decision || last.n !== newest.n)
    )
      this.#decisions.push(newest);
  }
}

function policyOf({ plan }: Pick<Pipeline<never>, 'plan'>): RetrainConfig {
  const step = plan.steps.find(({ kind }) => kind === 'retrain');
  if (step !== undefined) return step.config as unknown as RetrainConfig;
  throw new PipelineError('TESTING_UNKNOWN_STEP', {
    what: 'the pipeline has no retrain step, so nothing would ever retrain',
    where: `pipeline ${plan.pipeline}`,
    cure: 'Declare `p.retrain({ on: [...] })`.',
  });
}

function signalsOf(window: LifeWindow, { on }: RetrainConfig): readonly TrainingSignal[] {
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
