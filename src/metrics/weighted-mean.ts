import type { RowWeights, ScoredRows } from './scored-rows.js';

type Term = (label: number, score: number) => number;

/** Terms of rows that are measured again and again, once for each resample. */
const KEPT = new WeakMap<ScoredRows, Map<Term, Float64Array>>();

/** Weighted mean of a term over the rows; null when they weigh nothing. */
export function weightedMean(rows: ScoredRows, weights: RowWeights, term: Term): number | null {
  return meanOf(termsOf(rows, term), weights);
}

/** As `weightedMean`, for a function that is always the same one: its terms are kept for as long as the rows are. */
export function meanOfKept(rows: ScoredRows, weights: RowWeights, term: Term): number | null {
  const kept = KEPT.get(rows) ?? new Map<Term, Float64Array>();
  const terms = kept.get(term) ?? termsOf(rows, term);
  KEPT.set(rows, kept.set(term, terms));
  return meanOf(terms, weights);
}

function termsOf({ sorted: { labels, scores } }: ScoredRows, term: Term): Float64Array {
  return Float64Array.from(labels, (label, row) => term(label, scores[row] ?? 0));
}

function meanOf(terms: Float64Array, weights: RowWeights): number | null {
  let [sum, total] = [0, 0];
  for (let row = 0; row < terms.length; row += 1) {
    const weight = weights === null ? 1 : (weights[row] as number);
    if (weight === 0) continue;
    sum += weight * (terms[row] as number);
    total += weight;
  }
  return total === 0 ? null : sum / total;
}
