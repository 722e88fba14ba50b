import { jsonFile } from '../store/artifacts/json-file.js';
import { availableParallelism } from 'node:os';
import { performance } from 'node:perf_hooks';
import type { FeatureResult } from '../contracts/stages/feature.js';
import type { ModelMeta, TrainConfig, TrainInputs, TrainResult } from '../contracts/stages/train.js';
import { withDuckDb } from '../data/duckdb.js';
import { engineOptions } from '../data/engine-options.js';
import { PipelineError } from '../errors/pipeline-error.js';
import type { EncoderSet } from '../features/encoder.js';
import { buildPreprocessGraph, preprocessModel } from '../features/preprocess-graph.js';
import { GraphBuilder } from '../onnx/model-builder.js';
import { openSession } from '../onnx/session.js';
import type { StageOperation, StepContext } from '../pipeline/step-context.js';
import { canonicalJson } from '../store/json/canonical-json.js';
import { sha256Hex } from '../store/hash.js';
import { parseJson } from '../store/json/parse-json.js';
import type { BoostState } from './gbdt/boost.js';
import { checkGraph } from './check-graph.js';
import { decodeCheckpoint } from './gbdt/checkpoint.js';
import type { FitResult, TrainingRows } from './gbdt/fit.js';
import { fitTrees } from './gbdt/fit.js';
import { checkHyperparameters } from './hyperparameters.js';
import { readMatrix } from './read-matrix.js';
import { trainingFiles } from './training-files.js';
import { appendTrees } from './tree-graph.js';
import type { TreeModel } from './gbdt/tree-model.js';

const WHY_EARLY: { readonly [End in Exclude<FitResult['end'], 'finished'>]: string } = {
  'no-gain': 'no split improves the loss',
  'stopped-early': 'the loss on the newest rows no longer falls',
  stopped: 'it was stopped by order',
};
const DEFAULT_CHECKPOINT_EVERY = 10;
/** Rows of the rarer class. */
const FEW_EVENTS = 30;

/**
 * The train stage: feature set -> `model` artifact, whose ONNX graph goes from raw columns to `score`. An equal feature set, trainer and
 * seed give an equal id, whatever the number of threads and however often the step was interrupted.
 * Errors: TRAINING_PARAMETER_INVALID, TRAINING_NO_ROWS, TRAINING_SINGLE_CLASS, TRAINING_NOT_FINITE, TRAINING_THREAD_FAILED,
 * TRAINING_GRAPH_DIFFERS, ARTIFACT_CORRUPT. When the signal aborts it stores a checkpoint and rejects with the signal's reason.
 */
export const train: StageOperation<TrainConfig, TrainInputs, TrainResult> = ({ config, inputs }, context) =>
  fitModel(inputs.features, config, context);

/** As `train`; with `refitOf` a model that stands in for the one of this id. */
export async function fitModel(
  features: FeatureResult,
  config: TrainConfig,
  context: StepContext,
  refitOf?: string,
): Promise<TrainResult> {
  const { trainer, threads = availableParallelism(), checkpointEvery = DEFAULT_CHECKPOINT_EVERY } = config;
  checkHyperparameters(trainer);
  checkCounts({ threads, checkpointEvery });
  const seed = config.seed ?? context.seed;
  const fingerprint = sha256Hex(canonicalJson({ features: features.sha256, trainer, seed }));
  context.progress(0, trainer.trees, 'reading the training rows');
  const started = performance.now();
  const { signal } = context;
  const rows = await withDuckDb(engineOptions(context), async (db) =>
    readMatrix(db, await trainingFiles(db, features, trainer, context), features.meta, trainer),
  );
  context.progress(0, trainer.trees, `cutting ${String(rows.features)} features into bins`);
  warnOfFewEvents(rows, features, context);
  const settings = { task: features.meta.task, parameters: trainer, seed, checkpointEvery, fingerprint, threads };
  const fitted = await fitTrees(rows, settings, {
    signal,
    start: await restoredState(fingerprint, context),
    checkpoint: (bytes) => context.checkpoint(bytes),
    control: context.control,
    evaluated: (trees, trainLoss, validLoss) => {
      const onNewest = validLoss === null ? '' : `, ${validLoss.toPrecision(6)} on the newest rows`;
      context.progress(trees, trainer.trees, `train ${lossName(features)} ${trainLoss.toPrecision(6)}${onNewest}`);
    },
  });
  const seconds = (performance.now() - started) / 1000;
  if (fitted.end !== 'finished') {
    const why = WHY_EARLY[fitted.end];
    context.log.info(`training ended early: ${why}`, { trees: fitted.model.trees.length });
  }
  const metrics = lossMetrics(features, fitted);
  for (const [name, value] of Object.entries({ ...metrics, trees: fitted.model.trees.length })) context.metric(name, value);
  const rate = fitted.learningRates?.at(-1)?.learningRate;
  if (rate !== undefined) context.metric('learning_rate', rate);
  context.metric('seconds', seconds);
  context.metric('rows_per_second', rows.trainRows / seconds);
  const trained = { fitted, config: { ...config, seed }, metrics, trainRows: rows.rows };
  return publish(features, refitOf === undefined ? trained : { ...trained, refitOf }, context);
}

function warnOfFewEvents({ labels, trainRows }: TrainingRows, { meta }: FeatureResult, { log }: StepContext): void {
  if (meta.task !== 'binary') return;
  const positives = labels.subarray(0, trainRows).reduce((sum, label) => sum + label, 0);
  const events = Math.min(positives, trainRows - positives);
  if (events < FEW_EVENTS)
    log.warn('the rarer class has so few training rows that a model of them can hardly be trusted', { rows: events });
}

function checkCounts(counts: { readonly threads: number; readonly checkpointEvery: number }): void {
  const wrong = Object.entries(counts).filter(([, value]) => !Number.isInteger(value) || value < 1 || value > 1024);
  if (wrong.length === 0) return;
  throw new PipelineError('TRAINING_PARAMETER_INVALID', {
    what: wrong.map(([name, value]) => `${name} is ${String(value)}`).join('; '),
    expected: 'integers of 1 to 1024',
  });
}

async function restoredState(fingerprint: string, context: StepContext): Promise<BoostState | null> {
  const bytes = await context.restore();
  if (bytes === null) return null;
  const state = decodeCheckpoint(fingerprint, bytes);
  context.metric('resumed_trees', state?.trees.length ?? 0);
  if (state === null) context.log.warn('the checkpoint is of other data or options and is left alone', { bytes: bytes.length });
  else context.log.info('training goes on from a checkpoint', { trees: state.trees.length });
  return state;
}

function lossName({ meta }: FeatureResult): string {
  return meta.task === 'binary' ? 'log_loss' : 'rmse';
}

function lossMetrics(features: FeatureResult, { trainLosses, validLosses }: FitResult): { readonly [name: string]: number } {
  const valid = validLosses.at(-1);
  return {
    [`train_${lossName(features)}`]: trainLosses.at(-1) ?? 0,
    ...(valid === undefined ? {} : { [`valid_${lossName(features)}`]: valid }),
  };
}

interface Trained {
  readonly fitted: FitResult;
  readonly config: TrainConfig & { readonly seed: number };
  readonly metrics: { readonly [name: string]: number };
  readonly trainRows: number;
  readonly refitOf?: string;
}

async function publish(features: FeatureResult, trained: Trained, context: StepContext): Promise<TrainResult> {
  const { artifacts } = context;
  const { fitted, config, metrics, trainRows, refitOf } = trained;
  const { task, signature, featureNames, trainFrom, testFrom, testTo } = features.meta;
  const encoders = parseJson(
    await artifacts.readFile(features, 'encoders.json'),
    `${features.kind}/${features.id}`,
  ) as EncoderSet;
  const graph = scoringGraph(encoders, fitted.model);
  const train = await artifacts.localFile(features, 'train.parquet');
  const session = await openSession(graph, { signature });
  try {
    const exported = { features, encoders, preprocess: preprocessModel(encoders), model: fitted.model, session };
    await withDuckDb(engineOptions(context), (db) => checkGraph(db, train, exported));
  } finally {
    await session.release();
  }
  // In one order of members, whatever that of the plan is.
  const settings = parseJson(Buffer.from(canonicalJson(config.trainer)), 'trainer');
  const trainer = { formatVersion: 1, trainer: settings, seed: config.seed, featureNames, ...fitted };
  const samples = await artifacts.readFile(features, 'samples.json');
  const meta: ModelMeta = {
    task,
    trainer: config.trainer.trainer,
    signature,
    featureSet: features.id,
    trees: fitted.model.trees.length,
    trainRows,
    trainFrom,
    testFrom,
    testTo,
    seed: config.seed,
    metrics,
    ...(refitOf === undefined ? {} : { refitOf }),
  };
  return artifacts.publish({
    kind: 'model',
    files: [
      { name: 'model.onnx', mediaType: 'application/onnx', content: { bytes: graph } },
      jsonFile('signature.json', `${JSON.stringify(signature)}\n`),
      jsonFile('samples.json', samples),
      jsonFile('trainer.json', `${JSON.stringify(trainer)}\n`),
    ],
    meta,
    inputs: [features, ...(refitOf === undefined ? [] : [{ kind: 'model' as const, id: refitOf }])],
  });
}

function scoringGraph(encoders: EncoderSet, model: TreeModel): Uint8Array {
  const builder = new GraphBuilder();
  appendTrees(builder, buildPreprocessGraph(builder, encoders), model);
  return builder.toBytes();
}
