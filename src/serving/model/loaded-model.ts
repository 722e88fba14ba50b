import type { ArtifactRef } from '../../contracts/artifact.js';
import type { ModelSignature } from '../../contracts/model.js';
import type { ColumnBatch } from '../input/column-batch.js';
import { MicroBatcher } from './micro-batcher.js';
import type { BatchAnswer, BatchOptions } from './micro-batcher.js';
import type { LoadedFiles } from './model-files.js';
import { ModelStatistics } from './model-statistics.js';
import { ReferenceCount } from './reference-count.js';
import type { RowParser } from '../input/row-parser.js';
import { compileRowParser } from '../input/row-parser.js';
import type { ServerMetrics } from '../server-metrics.js';
import type { TensorParser } from '../input/tensor-parser.js';
import { compileTensorParser } from '../input/tensor-parser.js';
import { countUnknown } from './unknown-categories.js';

interface LoadedModelParts {
  readonly model: string;
  readonly version: number;
  readonly artifact: ArtifactRef<'model'>;
  readonly files: LoadedFiles;
  readonly batch: BatchOptions;
  readonly metrics: ServerMetrics;
}

/** One version in memory: its session, its parsers, its queue and its counters. Released when retired and its last user has left. */
export class LoadedModel {
  readonly version: number;
  readonly artifactId: string;
  readonly signature: ModelSignature;
  readonly parseRows: RowParser;
  readonly parseTensors: TensorParser;
  readonly statistics = new ModelStatistics();
  readonly #parts: LoadedModelParts;
  readonly #labels: { readonly model: string; readonly version: string };
  readonly #batcher: MicroBatcher;
  readonly #references: ReferenceCount;

  constructor(parts: LoadedModelParts) {
    const { model, version, files, metrics } = parts;
    this.#parts = parts;
    this.version = version;
    this.artifactId = parts.artifact.id;
    this.signature = files.signature;
    this.parseRows = compileRowParser(model, files.signature);
    this.parseTensors = compileTensorParser(model, files.signature);
    this.#labels = { model, version: String(version) };
    this.#batcher = new MicroBatcher(files.signature, (batch) => files.score(batch), parts.batch, {
      batch: (rows, _callers, inferMs) => {
        this.statistics.executed(rows, inferMs);
        metrics.inferSeconds.observe(this.#labels, inferMs / 1000);
        metrics.batchRows.observe(this.#labels, rows);
      },
      queue: (rows) => {
        metrics.queueDepth.set(this.#labels, rows);
      },
    });
    metrics.modelLoaded.set(this.#labels, 1);
    this.#references = new ReferenceCount(async () => {
      metrics.modelLoaded.set(this.#labels, 0);
      await files.release();
    });
  }

  /** Keeps the model loaded until `leave`. Call it in the same turn of the event loop in which the routing table was read. */
  acquire(): void {
    this.#references.acquire();
  }

  leave(): void {
    this.#references.leave();
  }

  /** Resolves when its last user has left and its memory is freed. */
  retire(): Promise<void> {
    return this.#references.retire();
  }

  /** Scores, in row order; errors as `MicroBatcher.submit`. */
  async score(batch: ColumnBatch, timeoutMs: number): Promise<BatchAnswer> {
    const answer = await this.#batcher.submit(batch, timeoutMs);
    this.#parts.metrics.queueSeconds.observe(this.#labels, answer.queueMs / 1000);
    this.#countUnknown(batch);
    return answer;
  }

  #countUnknown(batch: ColumnBatch): void {
    this.#parts.files.signature.inputs.forEach((spec, index) => {
      const known = this.#parts.files.categories.get(spec.name);
      const unknown = known === undefined ? 0 : countUnknown(known, batch.columns[index]);
      if (unknown > 0) this.#parts.metrics.unknownCategories.inc({ ...this.#labels, column: spec.name }, unknown);
    });
  }
}
