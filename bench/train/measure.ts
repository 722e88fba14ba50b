import { performance } from 'node:perf_hooks';
import { fitTrees } from '../../dist/src/training/gbdt/fit.js';
import { type BenchResult, measured } from '../report.js';

const FEATURES = 28;
const TREES = 100;
const MS_PER_SECOND = 1_000;
const PARAMETERS = {
  trainer: 'gbdt',
  trees: TREES,
  learningRate: 0.1,
  leaves: 31,
  minRowsInLeaf: 20,
  maxBins: 255,
  l2: 0,
  featureFraction: 1,
  earlyStopping: 0,
} as const;

/** Speed of the built-in trainer on rows made up from a fixed seed. */
export async function measureTraining(options: {
  readonly rows: number;
  readonly threads: number;
  readonly repeats: number;
}): Promise<readonly BenchResult[]> {
  const { rows, threads, repeats } = options;
  const { values, labels } = synthetic(rows);
  const seconds: number[] = [];
  const binning: number[] = [];
  for (let run = 0; run < repeats; run += 1) {
    const startedAt = performance.now();
    let firstTreeMs = 0;
    await fitTrees(
      { rows, trainRows: rows, features: FEATURES, values, labels },
      { task: 'binary', parameters: PARAMETERS, seed: 1, checkpointEvery: 10, fingerprint: 'bench', threads },
      {
        signal: new AbortController().signal,
        evaluated: (count) => {
          if (count === 0) firstTreeMs = performance.now() - startedAt;
        },
      },
    );
    seconds.push((performance.now() - startedAt) / MS_PER_SECOND);
    binning.push(firstTreeMs / MS_PER_SECOND);
  }
  const id = `gbdt-${rows}x${FEATURES}-${threads}-threads`;
  return [
    { id, metric: 'seconds', ours: measured(seconds) },
    { id, metric: 'binningSeconds', ours: measured(binning) },
    { id, metric: 'treeRowsPerSecond', ours: measured(seconds.map((took) => (rows * TREES) / took)) },
  ];
}

function synthetic(rows: number): { readonly values: Float32Array; readonly labels: Float32Array } {
  let state = 42;
  const random = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const bytes = Float32Array.BYTES_PER_ELEMENT;
  const values = new Float32Array(new SharedArrayBuffer(rows * FEATURES * bytes));
  const labels = new Float32Array(new SharedArrayBuffer(rows * bytes));
  for (let i = 0; i < values.length; i += 1) values[i] = random() + random() + random() - 1.5;
  for (let row = 0; row < rows; row += 1) {
    const at = (feature: number): number => values[feature * rows + row] ?? 0;
    const logit = 2 * at(0) * at(1) + at(2) - 1.5 * Math.abs(at(3)) + (at(4) > 0.3 ? 1 : 0) + 0.5 * at(5) ** 2;
    labels[row] = random() < 1 / (1 + Math.exp(-2 * logit)) ? 1 : 0;
  }
  return { values, labels };
}
