import type { ContinuousTrainingState, RetrainDecision } from '../../contracts/entities/continuous-training.js';

/** What the continuous training of a model decided, in order. */
export interface LifeStory {
  /** Every decision, in order, also those that held a retrain back, with triggers, reason, parameters and outcome. */
  readonly decisions: readonly RetrainDecision[];
  readonly started: number;
  /** How many retrains ended with each outcome: `promoted`, `rejected`, `rolled-back`, `failed`; `succeeded` without a deployment. */
  readonly outcomes: { readonly [outcome: string]: number };
}

/** Gathers all decisions: the continuous training itself remembers its newest only. */
export class StoryBook {
  readonly #decisions: RetrainDecision[] = [];
  #started = 0;

  /** Takes over what is new or has got its outcome since the last look. */
  read({ decisions, started }: ContinuousTrainingState): void {
    this.#started = started;
    for (const decision of decisions) {
      const at = this.#decisions.findIndex((known) => isSame(known, decision));
      if (at === -1) this.#decisions.push(decision);
      else this.#decisions[at] = decision;
    }
  }

  story(): LifeStory {
    const outcomes: { [outcome: string]: number } = {};
    for (const { outcome } of this.#decisions) {
      if (outcome !== null) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    }
    return { decisions: [...this.#decisions], started: this.#started, outcomes };
  }
}

const isSame = (one: RetrainDecision, other: RetrainDecision): boolean =>
  one.n === other.n && one.decision === other.decision && one.decidedAt === other.decidedAt;
