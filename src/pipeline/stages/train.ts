import type { OptionReader } from '../lint/issues.js';
import type { Setting } from '../parameter-reference.js';
import type { StepOptions } from '../options/step-options.js';
import type { Gbdt } from '../kinds/trainers.js';

export interface TrainOptions extends StepOptions {
  readonly trainer: Gbdt;
  /** Worker threads; default the step's `resources.cpu` in whole threads, else 2. The model does not depend on it. */
  readonly threads?: Setting<number>;
  /** Default: drawn from the run and the step. */
  readonly seed?: Setting<number>;
  /** Trees between two checkpoints; default 10. */
  readonly checkpointEvery?: Setting<number>;
}

/** Becomes a `TrainConfig`. */
export function trainConfig({ trainer, seed, checkpointEvery, ...options }: TrainOptions, read: OptionReader): object {
  const { threads = threadsOf(options.resources?.cpu) } = options;
  const at = read.at('trainer');
  at.at('trees').number(trainer.trees, { min: 1, integer: true });
  at.at('learningRate').number(trainer.learningRate, { min: 0, open: true });
  at.at('leaves').number(trainer.leaves, { min: 2, integer: true });
  at.at('minRowsInLeaf').number(trainer.minRowsInLeaf, { min: 1, integer: true });
  at.at('maxBins').number(trainer.maxBins, { min: 2, max: 255, integer: true });
  at.at('l2').number(trainer.l2, { min: 0 });
  at.at('featureFraction').number(trainer.featureFraction, { min: 0.01, max: 1 });
  at.at('earlyStopping').number(trainer.earlyStopping, { min: 0, integer: true });
  if (trainer.maxRows !== undefined) at.at('maxRows').number(trainer.maxRows, { min: 1, integer: true });
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
