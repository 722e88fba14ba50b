import { defineTrainer, type FeatureMatrix } from 'perennial-ml/extend';

type Options = { readonly l2: number; readonly iterations: number };

/**
 * Logistic regression with an L2 penalty, fitted by Newton's method (iteratively reweighted least squares: McCullagh and Nelder 1989, 2.5).
 * Missing values count as 0, so give it standardized features.
 */
export const logisticRegression = defineTrainer<Options>({
  name: 'logistic_regression',
  options: {
    properties: {
      l2: { type: 'number', minimum: 0, maximum: 1e6, default: 1 },
      iterations: { type: 'integer', minimum: 1, maximum: 1_000, default: 25 },
    },
  },
  fit: async (data, { options }, context) => {
    const { rows, features, values, labels } = await data.read();
    const columns = Array.from({ length: features }, (_, feature) => values.subarray(feature * rows, (feature + 1) * rows));
    let weights = new Float64Array(features + 1);
    const losses: number[] = [];
    for (let iteration = 0; iteration < options.iterations; iteration += 1) {
      context.signal.throwIfAborted();
      const { step, loss } = newtonStep({ rows, columns }, labels, weights, options.l2);
      losses.push(loss);
      context.progress(iteration, options.iterations, `log loss ${loss.toPrecision(6)}`);
      weights = weights.map((weight, at) => weight + (step[at] ?? 0));
      if (Math.hypot(...step) < 1e-8) break;
    }
    const float32 = Float32Array.from(weights);
    return {
      predict: (matrix) => linear(matrix, float32).map((log) => 1 / (1 + Math.exp(-log))),
      graph: (builder, tensor) => {
        builder.initializer('logistic/zero', { type: 'float', dims: [1], data: [0] });
        builder.initializer('logistic/weights', { type: 'float', dims: [features, 1], data: float32.subarray(1) });
        builder.initializer('logistic/intercept', { type: 'float', dims: [1], data: float32.subarray(0, 1) });
        builder.node('IsNaN', [tensor], ['logistic/missing']);
        builder.node('Where', ['logistic/missing', 'logistic/zero', tensor], ['logistic/known']);
        builder.node('MatMul', ['logistic/known', 'logistic/weights'], ['logistic/product']);
        builder.node('Add', ['logistic/product', 'logistic/intercept'], ['logistic/log_odds']);
        builder.node('Sigmoid', ['logistic/log_odds'], ['logistic/probability']);
        return 'logistic/probability';
      },
      metrics: { train_log_loss: losses.at(-1) ?? 0, iterations: losses.length },
      record: { intercept: float32[0] ?? 0, weights: Array.from(float32.subarray(1)), losses },
    };
  },
});

const valueAt = (columns: FeatureMatrix['columns'], at: number, row: number): number => {
  const value = at === 0 ? 1 : (columns[at - 1]?.[row] ?? 0);
  return Number.isNaN(value) ? 0 : value;
};

function linear({ rows, columns }: FeatureMatrix, weights: ArrayLike<number>): Float64Array {
  return Float64Array.from({ length: rows }, (_, row) =>
    Array.from(weights).reduce((sum, weight, at) => sum + weight * valueAt(columns, at, row), 0),
  );
}

/** Solves (X'WX + l2 I) step = X'(y - p) - l2 w; the intercept has no penalty. */
function newtonStep(
  matrix: FeatureMatrix,
  labels: Float32Array,
  weights: Float64Array,
  l2: number,
): { readonly step: readonly number[]; readonly loss: number } {
  const size = weights.length;
  const penalty = (at: number): number => (at === 0 ? 0 : l2);
  const left = Array.from({ length: size }, (_, i) => Array.from({ length: size }, (__, j) => (i === j ? penalty(i) + 1e-9 : 0)));
  const right = Array.from(weights, (weight, at) => -penalty(at) * weight);
  let loss = 0;
  for (const [row, log] of linear(matrix, weights).entries()) {
    const p = 1 / (1 + Math.exp(-log));
    const label = labels[row] ?? 0;
    loss -= Math.log(Math.max(label === 1 ? p : 1 - p, 1e-15)) / matrix.rows;
    const values = Array.from({ length: size }, (_, at) => valueAt(matrix.columns, at, row));
    for (const [i, value] of values.entries()) {
      right[i] = (right[i] ?? 0) + value * (label - p);
      const line = left[i] ?? [];
      for (const [j, other] of values.entries()) line[j] = (line[j] ?? 0) + p * (1 - p) * value * other;
    }
  }
  return { step: solve(left, right), loss };
}

/** Gaussian elimination with partial pivoting. */
function solve(matrix: number[][], right: readonly number[]): readonly number[] {
  const lines = matrix.map((line, at) => [...line, right[at] ?? 0]);
  const size = lines.length;
  for (let pivot = 0; pivot < size; pivot += 1) {
    const best = lines.findIndex(
      (line, at) => at >= pivot && lines.slice(pivot).every((other) => Math.abs(other[pivot] ?? 0) <= Math.abs(line[pivot] ?? 0)),
    );
    [lines[pivot], lines[best]] = [lines[best] ?? [], lines[pivot] ?? []];
    const top = lines[pivot] ?? [];
    for (const line of lines) {
      if (line === top) continue;
      const factor = (line[pivot] ?? 0) / (top[pivot] ?? 1);
      for (let at = pivot; at <= size; at += 1) line[at] = (line[at] ?? 0) - factor * (top[at] ?? 0);
    }
  }
  return lines.map((line, at) => (line[size] ?? 0) / (line[at] ?? 1));
}
