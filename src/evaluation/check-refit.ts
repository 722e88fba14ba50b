import { join } from 'node:path';
import type { EvaluateConfig, EvaluateResult, MetricValues } from '../contracts/stages/evaluate.js';
import type { FeatureResult } from '../contracts/stages/feature.js';
import type { TrainResult } from '../contracts/stages/train.js';
import type { DuckDb } from '../data/duckdb.js';
import { withDuckDb } from '../data/duckdb.js';
import { engineOptions } from '../data/engine-options.js';
import { literal } from '../contracts/sql-text.js';
import type { StepContext } from '../pipeline/step-context.js';
import { measureInThread } from '../metrics/measure-in-thread.js';
import { metricsFor } from '../metrics/metrics.js';
import { scoreModel } from './score-model.js';
import { readLabels } from './test-split.js';

/** Rows on which the two are compared, at most. A pair on the same rows differs by chance far less than what is looked for. */
const MOST_ROWS = 20_000;
/** How much worse than its twin, as a share of the twin's value, a refit may be on rows that it has seen and the twin has not. */
const WORSE_AT_MOST = 0.01;

/**
 * What speaks against a refit that is to stand in for its twin, the model that was evaluated. On test rows, at most 20,000 of them, which it was
 * fitted on, it must not be worse than the twin in the gate's metric, nor in log-loss for a binary task: else something went wrong. Empty when
 * nothing did.
 */
export async function checkRefit(
  refitted: TrainResult,
  twin: TrainResult,
  features: FeatureResult,
  { config, evaluation }: { readonly config: EvaluateConfig; readonly evaluation: EvaluateResult },
  context: StepContext,
): Promise<readonly string[]> {
  const { task } = features.meta;
  const looked = metricsFor(task, [config.gate.metric, ...(task === 'binary' ? ['log_loss'] : [])]);
  const [values, twins] = await withDuckDb(engineOptions(context), async (db) => {
    const path = await someTestRows(db, features, context);
    const labels = await readLabels(db, path, features);
    const split = { path, rows: labels.length, features };
    const valuesOf = async (model: TrainResult, name: string): Promise<MetricValues> => {
      const scores = await scoreModel(db, model, name, split, context, (rows) => {
        context.progress(rows, labels.length, `scoring ${name}`);
      });
      return measureInThread({ task, metrics: looked.map((metric) => metric.name), labels, scores }, context.signal);
    };
    const known = labels.length === features.meta.testRows ? evaluation.metrics : await valuesOf(twin, 'its twin');
    return [await valuesOf(refitted, 'the refit'), known];
  });
  return looked.flatMap(({ name, better }) => {
    const [own, other] = [values[name] ?? null, twins[name] ?? null];
    if (own === null || other === null) return [];
    const worse = better === 'higher' ? other - own : own - other;
    return worse <= WORSE_AT_MOST * Math.abs(other)
      ? []
      : [`${name} of the refit is ${own} on rows that it was fitted on, ${other} of its twin, which had not seen them`];
  });
}

/** A file of rows of the test split, in row order: all of them, or those that a hash of their position chooses. */
async function someTestRows(db: DuckDb, features: FeatureResult, { artifacts, scratch }: StepContext): Promise<string> {
  const path = await artifacts.localFile(features, 'test.parquet');
  const { testRows } = features.meta;
  if (testRows <= MOST_ROWS) return path;
  const chosen = join(scratch, 'some-test-rows.parquet');
  const below = Math.floor((MOST_ROWS / testRows) * 2 ** 32);
  const rows = `read_parquet(${literal(path)}, file_row_number = true)`;
  await db.run(
    `COPY (SELECT * EXCLUDE (file_row_number) FROM ${rows} WHERE (file_row_number * 2654435761) % 4294967296 < ${String(below)}
     ORDER BY file_row_number LIMIT ${String(MOST_ROWS)}) TO ${literal(chosen)} (FORMAT parquet)`,
  );
  return chosen;
}
