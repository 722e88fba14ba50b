import { jsonFile } from '../store/artifacts/json-file.js';
import { join } from 'node:path';
import { loggedRowsSql } from '../contracts/store/prediction-row.js';
import type { FeatureConfig, FeatureInputs, FeatureMeta, FeatureResult, FeatureSettings } from '../contracts/stages/feature.js';
import type { ColumnSpec, DatasetRef } from '../contracts/dataset.js';
import type { ModelSignature } from '../contracts/model.js';
import { datasetFiles } from '../data/datasets/dataset-files.js';
import type { DuckDb } from '../data/duckdb.js';
import { withDuckDb } from '../data/duckdb.js';
import { engineOptions } from '../data/engine-options.js';
import { isoInstant } from '../data/event-time.js';
import { identifier } from '../contracts/sql-text.js';
import { parquetRelation } from '../data/file-list.js';
import { PARQUET_MEDIA_TYPE } from '../data/datasets/write-dataset.js';
import { PipelineError } from '../errors/pipeline-error.js';
import { profileColumns } from '../profiles/profile.js';
import type { StageOperation, StepContext } from '../pipeline/step-context.js';
import { eventTimeOf } from '../schema/schema.js';
import { signatureOf } from '../schema/signature.js';
import type { DraftFile } from '../store/artifacts/artifact-store.js';
import { canonicalJson } from '../store/json/canonical-json.js';
import { parseRecord } from '../store/json/json-record.js';
import { allRows } from './rows/all-rows.js';
import { checkTransforms, invalidTransforms, nameProblems } from './check-transforms.js';
import type { EncoderSet } from './encoding/encoder.js';
import { featureNamesOf, rawColumnsOf } from './encoding/encoder.js';
import { fitEncoders } from './encoding/fit-encoders.js';
import { checkLabels, loadLabelledRows } from './rows/labelled-rows.js';
import { preprocessModel } from './encoding/preprocess-graph.js';
import { sampleRows } from './rows/sample-rows.js';
import type { RowSplit, RowsOf } from './rows/split-rows.js';
import { readSplit, splitRows } from './rows/split-rows.js';
import { writeEncoded } from './encoding/write-encoded.js';

/**
 * The feature stage: dataset -> `feature-set` artifact (files: see `FeatureMeta`, and `encoders.json`). Rows whose label or event time is
 * null are left out; the split of the plan parts the others into train and test; encoders are fitted on the train split alone.
 * Deterministic: an equal dataset and configuration give an equal id.
 * Errors: FEATURE_TRANSFORM_INVALID, FEATURE_SPLIT_INVALID, FEATURE_LABEL_INVALID, ARTIFACT_CORRUPT.
 */
export const feature: StageOperation<FeatureConfig, FeatureInputs, FeatureResult> = ({ config, inputs }, context) =>
  makeFeatureSet({ config, inputs }, context, true);

/**
 * A feature set as another one, made from what that one was made from, in which every row trains: encoders are fitted on all of them, and
 * there is no `test.parquet`. Errors as those of `feature`; STORE_RECORD_CORRUPT.
 */
export async function featureOnAllRows(held: FeatureResult, context: StepContext): Promise<FeatureResult> {
  const bytes = await context.artifacts.readFile(held, 'config.json');
  const where = `feature-set/${held.id}/config.json`;
  const { config, dataset } = parseRecord<FeatureSettings>(bytes, where, ['config', 'dataset']);
  const found = (await context.artifacts.find('dataset', dataset.id)) as DatasetRef;
  return makeFeatureSet({ config, inputs: { dataset: found } }, context, false);
}

type Task = { readonly config: FeatureConfig; readonly inputs: FeatureInputs };

async function makeFeatureSet({ config: given, inputs }: Task, context: StepContext, holdOut: boolean): Promise<FeatureResult> {
  const config = inOrder(given);
  const { schema } = inputs.dataset.meta;
  checkTransforms(config, schema);
  const eventTime = eventTimeOf(schema);
  if (eventTime === null)
    throw new PipelineError('FEATURE_SPLIT_INVALID', { what: `the schema ${schema.name} has no event-time column` });
  readSplit(config.split, schema.columns);
  const files = await datasetFiles(context.artifacts, inputs.dataset);
  return withDuckDb(engineOptions(context), async (db) => {
    context.progress(0, 0, 'reading the dataset');
    const { table, leftOut } = await loadLabelledRows(db, parquetRelation(files), inputs.dataset.meta, config.label, eventTime);
    await checkLabels(db, table, config.label);
    const rows = { table, eventTime, task: config.label.task, columns: schema.columns };
    const split = await (holdOut ? splitRows(db, rows, config.split) : allRows(db, rows));
    await checkLabels(db, split.train(['__label']), config.label);
    if (leftOut > 0) context.log.warn('rows without a label or an event time were left out', { rows: leftOut });
    const built = await buildFiles(db, { config, inputs }, split, context);
    const result = await context.artifacts.publish({
      kind: 'feature-set',
      files: built.files,
      meta: built.meta,
      inputs: [inputs.dataset],
    });
    context.metric('train_rows', split.trainRows);
    if (split.test !== null) context.metric('test_rows', split.testRows);
    context.metric('features', built.meta.featureNames.length);
    return result;
  });
}

/** With the columns in the order that the plan lists: that of the members of an object does not outlive every store and tool. */
function inOrder(config: FeatureConfig): FeatureConfig {
  const { columns, order = Object.keys(columns) } = config;
  const named = order.flatMap((name) => {
    const spec = Object.hasOwn(columns, name) ? columns[name] : undefined;
    return spec === undefined ? [] : [[name, spec] as const];
  });
  if (named.length === Object.keys(columns).length && new Set(order).size === order.length)
    return { ...config, columns: Object.fromEntries(named) };
  throw invalidTransforms([`the order of the features (${order.join(', ')}) does not list each of them once`]);
}

interface Built {
  readonly files: readonly DraftFile[];
  readonly meta: FeatureMeta;
}

async function buildFiles(db: DuckDb, { config, inputs }: Task, split: RowSplit, context: StepContext): Promise<Built> {
  const { schema } = inputs.dataset.meta;
  const used = new Set(Object.values(config.columns).flatMap(rawColumnsOf));
  const columns = schema.columns.filter(({ name }) => used.has(name));
  const signature = signatureOf(schema, [...used]);

  const fitted = await fitEncoders(db, split.train, config.columns, (done, total) => {
    context.progress(done, total, 'fitting encoders');
  });
  const encoders: EncoderSet = { formatVersion: 1, inputs: signature.inputs, encoders: fitted.encoders };
  const featureNames = fitted.encoders.flatMap(featureNamesOf);
  const problems = nameProblems(featureNames);
  if (problems.length > 0) throw invalidTransforms(problems);

  const train = join(context.scratch, 'train.parquet');
  const test = join(context.scratch, 'test.parquet');
  context.progress(0, 2, 'writing train and test rows');
  await writeEncoded(db, split.train, fitted.encoders, schema.columns, fitted.trainLookups, train);
  context.progress(1, 2, 'writing train and test rows');
  if (split.test !== null) await writeEncoded(db, split.test, fitted.encoders, schema.columns, fitted.testLookups, test);
  context.progress(2, 2, 'writing train and test rows');

  return {
    files: [
      { name: 'train.parquet', mediaType: PARQUET_MEDIA_TYPE, content: { path: train } },
      ...(split.test === null ? [] : [{ name: 'test.parquet', mediaType: PARQUET_MEDIA_TYPE, content: { path: test } }]),
      { name: 'preprocess.onnx', mediaType: 'application/onnx', content: { bytes: preprocessModel(encoders) } },
      lineFile('encoders.json', encoders),
      settingsFile({ config, dataset: { kind: 'dataset', id: inputs.dataset.id } }),
      lineFile(
        'profile.json',
        await db.use((connection) => profileColumns(connection, (some) => loggedRows(signature, split.train, some), columns)),
      ),
      lineFile('samples.json', await sampleRows(db, split.train(columns.map(({ name }) => identifier(name))), columns)),
    ],
    meta: {
      task: config.label.task,
      featureNames,
      labelSql: config.label.sql,
      trainRows: split.trainRows,
      testRows: split.testRows,
      positiveRatio: config.label.task === 'binary' ? await positiveRatio(db, split.train(['__label'])) : null,
      trainFrom: isoInstant(split.trainFromMs),
      testFrom: isoInstant(split.testFromMs),
      testTo: isoInstant(split.testToMs),
      ...(split.test === null || split.trainToMs < split.testFromMs
        ? {}
        : { interleaved: { trainTo: isoInstant(split.trainToMs), split: config.split } }),
      signature,
      schema,
    },
  };
}

/** The inputs of some columns as a server would log them. */
function loggedRows(signature: ModelSignature, train: RowsOf, columns: readonly ColumnSpec[]): string {
  const names = new Set(columns.map(({ name }) => name));
  return loggedRowsSql(
    { ...signature, inputs: signature.inputs.filter(({ name }) => names.has(name)) },
    train([...names].map(identifier)),
  );
}

async function positiveRatio(db: DuckDb, train: string): Promise<number> {
  const [row] = await db.query(`SELECT avg(__label) AS ratio FROM ${train}`);
  return Number(row?.['ratio']);
}

/** In canonical form, with the order of the columns as a list. */
function settingsFile({ config, dataset }: FeatureSettings): DraftFile {
  const settings = { config: { ...config, order: Object.keys(config.columns) }, dataset };
  return jsonFile('config.json', canonicalJson(settings));
}

/** With a line's end, as its files have always been. */
function lineFile(name: string, content: unknown): DraftFile {
  return jsonFile(name, `${JSON.stringify(content)}\n`);
}
