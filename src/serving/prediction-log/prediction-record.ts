import type { ModelSignature, VariantName } from '../../contracts/model.js';
import type { ColumnBatch } from '../input/column-batch.js';

/** One answered request, as the prediction log keeps it: one row per prediction, or one row without inputs when it could not be read. */
export interface PredictionRecord {
  /** Request id of each row; at least one. */
  readonly ids: readonly string[];
  /** Milliseconds since 1970 of each row. */
  readonly eventTimesMs: readonly number[];
  readonly loggedAtMs: number;
  readonly model: string;
  readonly version: number | null;
  readonly variant: VariantName | null;
  /** HTTP status of the answer. */
  readonly status: number;
  readonly latencyMs: number;
  /** Null when the request was not answered with scores. */
  readonly scores: Float32Array | null;
  /** The rows as they were parsed and the signature they follow; null when they could not be parsed. */
  readonly inputs: { readonly signature: ModelSignature; readonly batch: ColumnBatch } | null;
}
