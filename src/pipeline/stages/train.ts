import type { OptionReader } from '../lint/issues.js';
import type { Setting } from '../references/parameter-reference.js';
import type { StepOptions } from '../options/step-options.js';
import { lintTrainer, type Trainer } from '../kinds/trainers.js';

export interface TrainOptions extends StepOptions {
  readonly trainer: Trainer;
  /** Worker threads; default the step's `resources.cpu` in whole threads, else 2. The model does not depend on it. */
  readonly threads?: Setting<number>;
  /** Default: drawn from the run and the step. */
  readonly seed?: Setting<number>;
  /** Units of work of the trainer, such as trees, between two checkpoints; default 10. */
  readonly checkpointEvery?: Setting<number>;
}

/** Becomes a `TrainConfig`. */
export function trainConfig({ trainer, seed, checkpointEvery, ...options }: TrainOptions, read: OptionReader): object {
  const { threads = threadsOf(options.resources?.cpu) } = options;
  lintTrainer(trainer, read.at('trainer'));
  return {
    trainer,
    ...(threads === undefined ? {} : { threads: read.at('threads').number(threads, { min: 1, integer: true }) }),
    ...(seed === undefined ? {} : { seed: read.at('seed').number(seed, { min: 0, max: 2 ** 32 - 1, integer: true }) }),
    ...(checkpointEvery === undefined
      ? {}
      : { checkpointEvery: read.at('checkpointEvery').number(checkpointEvery, { min: 1, integer: true }) }),
  };
}

/** Whole worker threads for so many CPUs, at least one. */
export function threadsOf(cpu: number | undefined): number | undefined {
  return cpu === undefined ? undefined : Math.max(1, Math.floor(cpu));
}
