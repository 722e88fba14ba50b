import { PipelineError } from '../errors/pipeline-error.js';

/** Labels and scores of the same rows. `order` lists the rows by descending score; made once, used by every resample. */
export interface ScoredRows {
  /** 0 or 1 for a binary task. */
  readonly labels: Float64Array;
  /** Finite; probabilities for a binary task. */
  readonly scores: Float64Array;
  readonly order: Uint32Array;
  /** Labels and scores in that order, which is that of weights as well. */
  readonly sorted: { readonly labels: Float64Array; readonly scores: Float64Array };
}

/** How often each row counts, in the order of the scores, so that no metric looks here and there in memory; null = once. */
export type RowWeights = Uint16Array | null;

/** Arrays of one length (EVALUATION_LENGTH_MISMATCH), scores finite. Ties keep row order. */
export function scoredRows(labels: Float64Array, scores: Float64Array): ScoredRows {
  if (labels.length !== scores.length) {
    throw new PipelineError('EVALUATION_LENGTH_MISMATCH', {
      what: 'labels and scores differ in number',
      expected: String(labels.length),
      received: String(scores.length),
    });
  }
  const order = Uint32Array.from(labels, (_, row) => row);
  order.sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b);
  const inOrder = (values: Float64Array): Float64Array => Float64Array.from(order, (row) => values[row] ?? 0);
  return { labels, scores, order, sorted: { labels: inOrder(labels), scores: inOrder(scores) } };
}

/** Some of the rows, in the given order. */
export function pickRows(rows: ScoredRows, picked: Uint32Array): ScoredRows {
  return scoredRows(
    Float64Array.from(picked, (row) => rows.labels[row] ?? 0),
    Float64Array.from(picked, (row) => rows.scores[row] ?? 0),
  );
}

/** Weights of rows, in the order of the scores. */
export const weightsInOrder = ({ order }: ScoredRows, weights: Uint16Array): Uint16Array =>
  Uint16Array.from(order, (row) => weights[row] ?? 0);
