import type { EvaluateConfig, EvaluateResult, FeatureResult, TrainResult } from '../contracts/stages.js';
import { withDuckDb } from '../data/duckdb.js';
import { engineOptions } from '../data/engine-options.js';
import type { StepContext } from '../pipeline/step-context.js';
import { measureInThread } from './compare-in-thread.js';
import { metricsFor } from './metrics/metric.js';
import { scoreModel } from './score-model.js';
import { readLabels } from './test-split.js';

/** How much worse than its twin, as a share of the twin's value, a refit may be on rows that it has seen and the twin has not. */
const WORSE_AT_MOST = 0.01;

/**
 * What speaks against a refit that is to stand in for the model that was evaluated. On the test rows, which it was fitted on, it must not be
 * worse than its twin in the gate's metric, nor in log-loss where that was measured: else something went wrong. Empty when nothing did.
 */
export async function checkRefit(
  refitted: TrainResult,
  features: FeatureResult,
  { config, evaluation }: { readonly config: EvaluateConfig; readonly evaluation: EvaluateResult },
  context: StepContext,
): Promise<readonly string[]> {
  const { task } = features.meta;
  const path = await context.artifacts.localFile(features, 'test.parquet');
  const values = await withDuckDb(engineOptions(context), async (db) => {
    const labels = await readLabels(db, path, features);
    const split = { path, rows: labels.length, features };
    const scores = await scoreModel(db, refitted, 'the refit', split, context, (rows) => {
      context.progress(rows, labels.length, 'scoring the refit');
    });
    return measureInThread({ task, metrics: Object.keys(evaluation.metrics), labels, scores }, context.signal);
  });
  const looked = metricsFor(task, [config.gate.metric, ...(task === 'binary' ? ['log_loss'] : [])]);
  return looked.flatMap(({ name, better }) => {
    const [own, twin] = [values[name] ?? null, evaluation.metrics[name] ?? null];
    if (own === null || twin === null) return [];
    const worse = better === 'higher' ? twin - own : own - twin;
    return worse <= WORSE_AT_MOST * Math.abs(twin)
      ? []
      : [`${name} of the refit is ${own} on rows that it was fitted on, ${twin} of its twin, which had not seen them`];
  });
}
