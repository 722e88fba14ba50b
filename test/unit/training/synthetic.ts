import type { Task } from '../../../src/contracts/stages/feature.js';
import type { GbdtSpec } from '../../../src/contracts/stages/train.js';
import type { FitHooks, FitResult, FitSettings } from '../../../src/training/gbdt/fit.js';
import type { TrainingRows } from '../../../src/training/trainer-kind.js';
import { fitTrees } from '../../../src/training/gbdt/fit.js';

export interface Synthetic {
  readonly rows: number;
  readonly columns: readonly Float32Array[];
  readonly labels: Float32Array;
}

/** Numerical Recipes' generator; `golden.py` makes the same numbers. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Eight features: six continuous, one with four values, one a tenth of which is missing (and that matters). `golden.py` makes the same. */
export function synthetic(task: Task, rows: number, seed: number): Synthetic {
  const random = generator(seed);
  const columns = Array.from({ length: 8 }, () => new Float32Array(rows));
  const labels = new Float32Array(rows);
  for (let row = 0; row < rows; row += 1) {
    const x = Array.from({ length: 8 }, () => random());
    x[6] = Math.floor(x[6]! * 4);
    const missing = random() < 0.1;
    const signal =
      3 * (x[0]! - 0.5) + (x[1]! > 0.6 ? 1.5 : 0) - 4 * Math.abs(x[2]! - 0.5) + 2 * x[3]! * x[4]! + (x[6] === 2 ? 1 : 0);
    const total = signal + (missing ? 1.2 : x[7]!) - 1.4;
    const noise = random();
    labels[row] = task === 'binary' ? Number(noise < 1 / (1 + 2.718281828459045 ** (-2 * total))) : total + noise - 0.5;
    if (missing) x[7] = Number.NaN;
    for (const [feature, column] of columns.entries()) column[row] = x[feature]!;
  }
  return { rows, columns, labels };
}

export const PARAMETERS: GbdtSpec = {
  trainer: 'gbdt',
  trees: 40,
  learningRate: 0.1,
  leaves: 15,
  minRowsInLeaf: 20,
  maxBins: 255,
  l2: 0,
  featureFraction: 1,
  earlyStopping: 0,
};

export function trainingRows({ rows, columns, labels }: Synthetic, trainRows = rows): TrainingRows {
  const values = new Float32Array(new SharedArrayBuffer(rows * columns.length * 4));
  for (const [feature, column] of columns.entries()) values.set(column, feature * rows);
  const shared = new Float32Array(new SharedArrayBuffer(rows * 4));
  shared.set(labels);
  return { rows, trainRows, features: columns.length, values, labels: shared };
}

export function fit(
  data: Synthetic,
  settings: Partial<Omit<FitSettings, 'parameters'>> & {
    readonly parameters?: Partial<GbdtSpec>;
    readonly trainRows?: number;
  } = {},
  hooks: Partial<FitHooks> = {},
): Promise<FitResult> {
  const { parameters, trainRows, ...rest } = settings;
  return fitTrees(
    trainingRows(data, trainRows),
    {
      task: 'binary',
      seed: 7,
      checkpointEvery: 10,
      fingerprint: 'test',
      threads: 1,
      ...rest,
      parameters: { ...PARAMETERS, ...parameters },
    },
    { signal: new AbortController().signal, ...hooks },
  );
}

/** Area under the ROC curve by ranks; ties count half. */
export function areaUnderCurve(labels: Float32Array, scores: Float64Array): number {
  const order = Array.from(scores.keys()).sort((a, b) => scores[a]! - scores[b]!);
  let rankSum = 0;
  for (let start = 0; start < order.length;) {
    let end = start;
    while (end < order.length && scores[order[end]!] === scores[order[start]!]) end += 1;
    for (let i = start; i < end; i += 1) if (labels[order[i]!] === 1) rankSum += (start + end + 1) / 2;
    start = end;
  }
  const positives = labels.reduce((sum, label) => sum + label, 0);
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * (labels.length - positives));
}

export function rootMeanSquare(labels: Float32Array, scores: Float64Array): number {
  return Math.sqrt(labels.reduce((sum, label, row) => sum + (label - scores[row]!) ** 2, 0) / labels.length);
}
