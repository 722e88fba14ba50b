import { jsonFile } from '../store/artifacts/json-file.js';
import { availableParallelism } from 'node:os';
import { performance } from 'node:perf_hooks';
import type { FeatureResult } from '../contracts/stages/feature.js';
import type { ModelMeta, TrainConfig, TrainInputs, TrainResult } from '../contracts/stages/train.js';
import { withDuckDb } from '../data/duckdb.js';
import { engineOptions } from '../data/engine-options.js';
import { PipelineError } from '../errors/pipeline-error.js';
import type { EncoderSet } from '../features/encoding/encoder.js';
import { buildPreprocessGraph, preprocessModel } from '../features/encoding/preprocess-graph.js';
import { GraphBuilder } from '../onnx/model-builder.js';
import { openSession } from '../onnx/session.js';
import type { StageOperation, StepContext } from '../pipeline/step-context.js';
import { canonicalJson } from '../store/json/canonical-json.js';
import { sha256Hex } from '../store/hash.js';
import { parseJson } from '../store/json/parse-json.js';
import { checkGraph } from './check-graph.js';
import { readMatrix } from './read-matrix.js';
import { checkSettings } from './check-settings.js';
import type { FittedModel, RowsWanted, TrainingData, TrainingRows } from './trainer-kind.js';
import { TRAINERS } from './trainers.js';
import { trainingFiles } from './training-files.js';

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
  const { trainer: name, ...options } = trainer;
  const kind = TRAINERS.named(name);
  checkSettings(kind, trainer);
  checkCounts({ threads, checkpointEvery });
  const seed = config.seed ?? context.seed;
  const fingerprint = sha256Hex(canonicalJson({ features: features.sha256, trainer, seed }));
  const started = performance.now();
  const { data, lastRead } = trainingData(features, context);
  const fitted = await kind.fit(data, { options, seed, threads, checkpointEvery, fingerprint }, context);
  const seconds = (performance.now() - started) / 1000;
  const { metrics, trees } = fitted;
  for (const [name, value] of Object.entries({ ...metrics, ...(trees === undefined ? {} : { trees }) }))
    context.metric(name, value);
  context.metric('seconds', seconds);
  const rows = lastRead();
  context.metric('rows_per_second', (rows?.trainRows ?? 0) / seconds);
  const trained = { fitted, config: { ...config, seed }, trainRows: rows?.rows ?? 0 };
  return publish(features, refitOf === undefined ? trained : { ...trained, refitOf }, context);
}

/** Reads the rows that a trainer asks for, and remembers which those were. */
function trainingData(
  features: FeatureResult,
  context: StepContext,
): { readonly data: TrainingData; readonly lastRead: () => TrainingRows | null } {
  const { task, featureNames } = features.meta;
  let last: TrainingRows | null = null;
  const read = async (wanted: RowsWanted = {}): Promise<TrainingRows> => {
    last = await withDuckDb(engineOptions(context), async (db) =>
      readMatrix(db, await trainingFiles(db, features, wanted.holdOut ?? false, context), features.meta, wanted),
    );
    warnOfFewEvents(last, features, context);
    return last;
  };
  return { data: { task, featureNames, read }, lastRead: () => last };
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

interface Trained {
  readonly fitted: FittedModel;
  readonly config: TrainConfig & { readonly seed: number };
  readonly trainRows: number;
  readonly refitOf?: string;
}

async function publish(features: FeatureResult, trained: Trained, context: StepContext): Promise<TrainResult> {
  const { artifacts } = context;
  const { fitted, config, trainRows, refitOf } = trained;
  const { task, signature, featureNames, trainFrom, testFrom, testTo, interleaved } = features.meta;
  const encoders = parseJson(
    await artifacts.readFile(features, 'encoders.json'),
    `${features.kind}/${features.id}`,
  ) as EncoderSet;
  const graph = scoringGraph(encoders, fitted);
  const train = await artifacts.localFile(features, 'train.parquet');
  const session = await openSession(graph, { signature });
  try {
    const exported = { features, encoders, preprocess: preprocessModel(encoders), predict: fitted.predict, session };
    await withDuckDb(engineOptions(context), (db) => checkGraph(db, train, exported));
  } finally {
    await session.release();
  }
  // In one order of members, whatever that of the plan is.
  const settings = parseJson(Buffer.from(canonicalJson(config.trainer)), 'trainer');
  const trainer = { formatVersion: 1, trainer: settings, seed: config.seed, featureNames, ...fitted.record };
  const samples = await artifacts.readFile(features, 'samples.json');
  const meta: ModelMeta = {
    task,
    trainer: config.trainer.trainer,
    signature,
    featureSet: features.id,
    ...(fitted.trees === undefined ? {} : { trees: fitted.trees }),
    trainRows,
    trainFrom,
    testFrom,
    testTo,
    ...(interleaved === undefined ? {} : { interleaved }),
    seed: config.seed,
    metrics: fitted.metrics,
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

function scoringGraph(encoders: EncoderSet, fitted: FittedModel): Uint8Array {
  const builder = new GraphBuilder();
  const scores = fitted.graph(builder, buildPreprocessGraph(builder, encoders));
  if (scores !== 'score') builder.node('Identity', [scores], ['score']);
  builder.output('score', 'float', [null, 1]);
  return builder.toBytes();
}
