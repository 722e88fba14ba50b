import { performance } from 'node:perf_hooks';
import { fitTrees } from '../dist/src/training/fit.js';

/** Speed of the built-in trainer: `node --import tsx bench/train.ts [rows] [threads]`, after `npm run build`. Prints JSON. */
const rows = Number(process.argv[2] ?? 500_000);
const threads = Number(process.argv[3] ?? 2);
const features = 28;
const trees = 100;

let state = 42;
function random(): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return state / 2 ** 32;
}

const values = new Float32Array(new SharedArrayBuffer(rows * features * 4));
const labels = new Float32Array(new SharedArrayBuffer(rows * 4));
for (let i = 0; i < values.length; i += 1) values[i] = random() + random() + random() - 1.5;
for (let row = 0; row < rows; row += 1) {
  const at = (feature: number): number => values[feature * rows + row] ?? 0;
  const logit = 2 * at(0) * at(1) + at(2) - 1.5 * Math.abs(at(3)) + (at(4) > 0.3 ? 1 : 0) + 0.5 * at(5) ** 2;
  labels[row] = random() < 1 / (1 + Math.exp(-2 * logit)) ? 1 : 0;
}

const parameters = {
  trainer: 'gbdt',
  trees,
  learningRate: 0.1,
  leaves: 31,
  minRowsInLeaf: 20,
  maxBins: 255,
  l2: 0,
  featureFraction: 1,
  earlyStopping: 0,
} as const;
const started = performance.now();
let firstTreeMs = 0;
const fitted = await fitTrees(
  { rows, trainRows: rows, features, values, labels },
  { task: 'binary', parameters, seed: 1, checkpointEvery: 10, fingerprint: 'bench', threads },
  {
    signal: new AbortController().signal,
    evaluated: (count) => {
      if (count === 0) firstTreeMs = performance.now() - started;
    },
  },
);
const seconds = (performance.now() - started) / 1000;
console.log(
  JSON.stringify({
    bench: 'train',
    rows,
    features,
    trees,
    leaves: parameters.leaves,
    threads,
    seconds: Number(seconds.toFixed(2)),
    binningSeconds: Number((firstTreeMs / 1000).toFixed(2)),
    treeRowsPerSecond: Math.round((rows * trees) / seconds),
    trainLogLoss: fitted.trainLosses.at(-1),
  }),
);
