import type { DuckDBDataChunk } from '@duckdb/node-api';
import type { ModelSignature } from '../contracts/model.js';
import type { DuckDb } from '../data/duckdb.js';
import { modelInputsOf, modelInputSql } from '../data/model-inputs.js';
import { parquetRelation } from '../data/file-list.js';
import { streamRows } from '../data/stream-rows.js';
import { PipelineError } from '../errors/pipeline-error.js';
import type { ScoringSession } from '../onnx/session.js';

export interface ScoreSplitOptions {
  readonly signature: ModelSignature;
  /** Parquet file with the model's inputs as `raw_<input>`. */
  readonly path: string;
  readonly rows: number;
  readonly signal: AbortSignal;
  /** Called after each batch with the rows scored so far. */
  readonly onRows: (rows: number) => void;
}

/** Streams the raw columns of a split through a model, in row order. The stored rows' missing numbers are NaN, missing texts ''. */
export async function scoreSplit(db: DuckDb, session: ScoringSession, options: ScoreSplitOptions): Promise<Float64Array> {
  const { signature, rows, signal, onRows } = options;
  const scores = new Float64Array(rows);
  const sql = `SELECT ${modelInputSql(signature)} FROM ${parquetRelation([options.path])}`;
  const score = async (chunk: DuckDBDataChunk, before: number): Promise<void> => {
    signal.throwIfAborted();
    scores.set(await session.score(modelInputsOf(signature, chunk), chunk.rowCount), before);
    onRows(before + chunk.rowCount);
  };
  await db.overAllColumns(() => db.use((connection) => streamRows(connection, sql, rows, score)));
  return scores;
}

/** EVALUATION_SCORE_INVALID with the number of bad rows and the first. */
export function checkScores(scores: Float64Array, model: string, range: { readonly from: number; readonly to: number }): void {
  const bad = (score: number): boolean => !(score >= range.from && score <= range.to) || !Number.isFinite(score);
  const first = scores.findIndex(bad);
  if (first === -1) return;
  throw new PipelineError('EVALUATION_SCORE_INVALID', {
    what: `${scores.reduce((count, score) => count + (bad(score) ? 1 : 0), 0)} of ${scores.length} scores are not usable`,
    where: model,
    expected: range.to === Infinity ? 'finite numbers' : `numbers from ${range.from} to ${range.to}`,
    received: `${scores[first] ?? 'none'} at row ${first}`,
  });
}
