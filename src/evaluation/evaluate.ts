import type { ArtifactRef } from '../contracts/artifact.js';
import type { ModelVersion } from '../contracts/model.js';
import type {
  Blessing,
  EvaluateConfig,
  EvaluateInputs,
  EvaluateOperations,
  EvaluateResult,
  EvaluationMeta,
} from '../contracts/stages/evaluate.js';
import type { DuckDb } from '../data/duckdb.js';
import { withDuckDb } from '../data/duckdb.js';
import { engineOptions } from '../data/engine-options.js';
import { parseProfile } from '../profiles/profile-file.js';
import type { Profile } from '../profiles/profile.js';
import { profileValues } from '../profiles/profile-values.js';
import type { StageOperation, StepContext } from '../pipeline/step-context.js';
import { renderPage } from '../report/page.js';
import { jsonFile } from '../store/artifacts/json-file.js';
import { canonicalJson } from '../store/json/canonical-json.js';
import type { StandIn } from './champion.js';
import { failClosed, findChampion, standInOf } from './champion.js';
import type { Comparison } from './comparison/comparison.js';
import { compareInThread } from './comparison/compare-in-thread.js';
import { decideGate } from './gate.js';
import { metricsFor } from '../metrics/metrics.js';
import { scoreModel } from './score-model.js';
import { checkSlices, readLabels, readSlice } from './test-split.js';

/**
 * Judges a trained model on the test split of its feature set: metrics, slices, calibration, and a paired bootstrap against the champion on
 * the same rows (the base-rate baseline when there is no champion). A model that failed the infra check is not scored: it is rejected.
 * Publishes `evaluation.json`, `report.html` and `profile.json`. Deterministic for a seed. EVALUATION_METRIC_UNKNOWN,
 * EVALUATION_SLICE_UNKNOWN, EVALUATION_SPLIT_EMPTY, EVALUATION_LABEL_INVALID, EVALUATION_SCORE_INVALID, EVALUATION_CHAMPION_UNREADABLE.
 */
export const evaluate: StageOperation<
  EvaluateConfig,
  EvaluateInputs,
  EvaluateResult,
  EvaluateOperations['evaluate']['arguments']
> = async (task, context) => {
  const { config, inputs } = task;
  const { blessing } = task.arguments;
  metricsFor(inputs.features.meta.task, [
    ...config.metrics,
    config.gate.metric,
    ...(config.gate.guards ?? []).map(({ metric }) => metric),
  ]);
  checkSlices(config.slices, inputs.features);
  const profile = parseProfile(
    await context.artifacts.readFile(inputs.features, 'profile.json'),
    `feature-set/${inputs.features.id}`,
  );
  const champion = await findChampion(context.artifacts, config.model);
  if (!blessing.blessed)
    return publish(
      { ...task, champion, profile, comparison: null, decision: 'rejected', reasons: infraReasons(blessing) },
      context,
    );
  const scored = await withDuckDb(engineOptions(context), (db) => score(db, config, inputs, champion, context));
  const verdict = decideGate(config.gate, scored.comparison, scored.opponent);
  for (const [name, value] of Object.entries(scored.comparison.metrics)) if (value !== null) context.metric(name, value);
  const columns = { ...profile.columns, score: profileValues(scored.scores) };
  return publish({ ...task, champion, profile: { ...profile, columns }, comparison: scored.comparison, ...verdict }, context);
};

const infraReasons = (blessing: Blessing): string[] => blessing.problems.map((problem) => `infra check: ${problem}`);

async function score(
  db: DuckDb,
  config: EvaluateConfig,
  { model, features }: EvaluateInputs,
  champion: ModelVersion | null,
  context: StepContext,
): Promise<{ scores: Float64Array; comparison: Comparison; opponent: StandIn | null }> {
  const path = await context.artifacts.localFile(features, 'test.parquet');
  const labels = await readLabels(db, path, features);
  const steps = labels.length * (champion === null ? 1 : 2);
  const rate = (artifact: ArtifactRef<'model'>, name: string, before: number): Promise<Float64Array> =>
    scoreModel(db, artifact, name, { path, rows: labels.length, features }, context, (rows) => {
      context.progress(before + rows, steps, `scoring ${name}`);
    });
  const scores = await rate(model, 'the challenger', 0);
  const opponent =
    champion === null
      ? null
      : await failClosed(champion, features, async () => {
          const standIn = await standInOf(champion, features, context.artifacts);
          return { standIn, scores: await rate(standIn.artifact, `champion version ${champion.version}`, labels.length) };
        });
  const slices = [];
  for (const column of config.slices) slices.push(await readSlice(db, path, column, config.minSliceRows));
  context.progress(steps, steps, `comparing on ${config.gate.samples} resamples`);
  const { task } = features.meta;
  const comparison = await compareInThread(
    {
      task,
      metrics: config.metrics,
      gate: config.gate,
      seed: context.seed,
      labels,
      challenger: scores,
      champion: champion && opponent && { version: champion.version, scores: opponent.scores },
      slices,
    },
    context.signal,
  );
  return { scores, comparison, opponent: opponent?.standIn ?? null };
}

interface Judged {
  readonly config: EvaluateConfig;
  readonly inputs: EvaluateInputs;
  readonly arguments: EvaluateOperations['evaluate']['arguments'];
  readonly champion: ModelVersion | null;
  readonly profile: Profile;
  readonly comparison: Comparison | null;
  readonly decision: EvaluateResult['decision'];
  readonly reasons: readonly string[];
}

async function publish(judged: Judged, context: StepContext): Promise<EvaluateResult> {
  const { config, inputs, champion, comparison, decision, reasons } = judged;
  const { blessing } = judged.arguments;
  const metrics = comparison?.metrics ?? {};
  const gate = comparison?.gate ?? null;
  const comparedWith = champion === null ? null : { version: champion.version };
  const guarded = (comparison?.guards ?? []).filter((guard) => guard !== null);
  const judgement = { decision, reasons, metrics, gate, comparedWith, ...(guarded.length === 0 ? {} : { guards: guarded }) };
  const meta: EvaluationMeta = { model: config.model, candidate: inputs.model.id, ...judgement };
  const { testFrom, testTo } = inputs.features.meta;
  // Loaded late: most workers never draw a chart.
  const { evaluationPage } = await import('./evaluation-page.js');
  const page = renderPage(evaluationPage({ config, inputs, blessing, comparison, decision, reasons }));
  const evaluation = await context.artifacts.publish({
    kind: 'evaluation',
    files: [
      jsonFile('evaluation.json', canonicalJson({ ...meta, testFrom, testTo, config, blessing, comparison })),
      { name: 'report.html', mediaType: 'text/html', content: { bytes: Buffer.from(page) } },
      jsonFile('profile.json', canonicalJson(judged.profile)),
    ],
    meta,
    inputs: [inputs.model, inputs.features, ...(champion === null ? [] : [champion.artifact])].map(({ kind, id }) => ({
      kind,
      id,
    })),
  });
  return { evaluation, model: inputs.model, ...judgement };
}
