import type { GbdtSpec } from '../contracts/stages/train.js';
import { PipelineError } from '../errors/pipeline-error.js';

type Range = {
  readonly integer: boolean;
  readonly min: number;
  readonly max: number;
  readonly exclusiveMin?: boolean;
  readonly optional?: boolean;
};

/** 255 bins for numbers and one for missing values fill a byte. */
export const MAX_BINS = 255;

const RANGES: { readonly [name in Exclude<keyof GbdtSpec, 'trainer'>]-?: Range } = {
  trees: { integer: true, min: 1, max: 100_000 },
  learningRate: { integer: false, min: 0, max: 1, exclusiveMin: true },
  leaves: { integer: true, min: 2, max: 4_096 },
  minRowsInLeaf: { integer: true, min: 1, max: 2 ** 31 - 1 },
  maxBins: { integer: true, min: 2, max: MAX_BINS },
  l2: { integer: false, min: 0, max: 1e9 },
  featureFraction: { integer: false, min: 0, max: 1, exclusiveMin: true },
  earlyStopping: { integer: true, min: 0, max: 100_000 },
  maxRows: { integer: true, min: 1, max: 2 ** 31 - 1, optional: true },
};

/** TRAINING_PARAMETER_INVALID lists every hyperparameter outside its range. */
export function checkHyperparameters(spec: GbdtSpec): void {
  const problems = Object.entries(RANGES).flatMap(([name, range]) => {
    const value: unknown = spec[name as keyof typeof RANGES];
    return (range.optional === true && value === undefined) || inRange(value, range)
      ? []
      : [`${name} is ${String(value)}, not ${describe(range)}`];
  });
  if (problems.length === 0) return;
  throw new PipelineError('TRAINING_PARAMETER_INVALID', {
    what: problems.join('; '),
    where: 'the trainer gbdt',
    details: { problems },
  });
}

function inRange(value: unknown, { integer, min, max, exclusiveMin = false }: Range): boolean {
  if (typeof value !== 'number' || !Number.isFinite(value) || (integer && !Number.isInteger(value))) return false;
  return (exclusiveMin ? value > min : value >= min) && value <= max;
}

function describe({ integer, min, max, exclusiveMin = false }: Range): string {
  const kind = integer ? 'an integer' : 'a number';
  return exclusiveMin ? `${kind} above ${String(min)}, at most ${String(max)}` : `${kind} of ${String(min)} to ${String(max)}`;
}
