import { aFunction, aNumber, anObject, aPlanned, aText, listOf, optional } from '../../errors/kinds.js';
import { checkCall, checkSettings } from '../../errors/check-call.js';
import { decide } from '../../../workflows/entities/training/decide-retrain.js';
import {
  DEFAULT_BACK_OFF_MS,
  recordFinish,
  recordStart,
  recordSuppressed,
} from '../../../workflows/entities/training/recorded-decisions.js';
import { retrainParameters } from '../../../workflows/entities/training/retrain-parameters.js';
import { adopt, initialState, receive } from '../../../workflows/entities/training/training-state.js';
import type { ContinuousTrainingState, TrainingSignal } from '../../contracts/entities/continuous-training.js';
import type { RetrainConfig } from '../../contracts/stages/retrain.js';
import type { Pipeline } from '../../pipeline/pipeline.js';
import { type LifeStory, StoryBook } from './life-story.js';
import { endsOf, type LifeWindow, type OnRetrain, policyOf, type RetrainOutcome, signalsOf } from './life-windows.js';

/** The windows to live through, and how retrains end. */
export interface LifeOptions {
  readonly windows: readonly LifeWindow[];
  /** How the n-th retrain, from 1, ends; may run the pipeline with `runInProcess`. Default: promoted. */
  readonly onRetrain?: OnRetrain;
  /** When the story ends, ISO; a retrain under way is lived to its end. Default a day after the last window. */
  readonly endsAt?: string;
  /** How long a retrain takes by the clock of the story. Default 1 hour. */
  readonly retrainMs?: number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * Lives through the windows of a model with the retrain policy of its pipeline, in milliseconds: the continuous training's own decisions
 * (debounce, single flight, cool-down, budget), on a clock that jumps from one moment to the next. Nothing runs but `onRetrain`.
 * @throws PipelineError `TESTING_UNKNOWN_STEP` when the pipeline has no `p.retrain`; RangeError when the windows are out of order.
 */
export async function liveThrough(pipeline: Pick<Pipeline<never>, 'plan'>, options: LifeOptions): Promise<LifeStory> {
  checkCall('liveThrough', { pipeline }, { pipeline: aPlanned });
  checkSettings('liveThrough', options, {
    windows: listOf(anObject),
    ...{ onRetrain: optional(aFunction), retrainMs: optional(aNumber), endsAt: optional(aText) },
  });
  const { windows, onRetrain = () => 'promoted' as const, retrainMs = HOUR_MS } = options;
  const policy = policyOf(pipeline);
  const life = new Life(policy, onRetrain, retrainMs);
  const ends = endsOf(windows);
  for (const [position, window] of windows.entries()) {
    const at = ends[position] ?? -Infinity;
    await life.until(at);
    life.receive(signalsOf(window, policy), at);
  }
  await life.until(options.endsAt === undefined ? (ends.at(-1) ?? -Infinity) + DAY_MS : Date.parse(options.endsAt));
  life.close();
  return life.story();
}

type RunEnd = { readonly atMs: number; readonly workflowId: string; readonly outcome: RetrainOutcome };

class Life {
  readonly #policy: RetrainConfig;
  readonly #onRetrain: NonNullable<LifeOptions['onRetrain']>;
  readonly #retrainMs: number;
  readonly #book = new StoryBook();
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
      this.#book.read(this.#state);
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
    this.#book.read(this.#state);
    return this.#book.story();
  }

  async #start(verdict: Extract<ReturnType<typeof decide>, { action: 'start' }>): Promise<void> {
    const n = this.#state.started + 1;
    const workflowId = `retrain-${n}`;
    const parameters = retrainParameters(this.#policy, verdict);
    this.#state = recordStart(this.#state, verdict, { workflowId, parameters, nowMs: this.#nowMs });
    this.#book.read(this.#state);
    const outcome = await this.#onRetrain(n, parameters);
    this.#ends = { atMs: this.#nowMs + this.#retrainMs, workflowId, outcome };
  }

  #finish({ workflowId, outcome }: RunEnd): void {
    const status = outcome === 'failed' ? 'failed' : 'succeeded';
    this.#state = recordFinish(
      this.#state,
      { workflowId, status, outcome },
      { nowMs: this.#nowMs, backOffMs: DEFAULT_BACK_OFF_MS },
    );
    this.#book.read(this.#state);
    this.#ends = null;
  }
}
