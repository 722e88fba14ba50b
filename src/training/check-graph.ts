import type { FeatureResult } from '../contracts/stages/feature.js';
import { inBlocks } from '../data/column-blocks.js';
import type { DuckDb } from '../data/duckdb.js';
import { type InputColumn, modelInputsOf, modelInputSql } from '../data/model-inputs.js';
import { floatLiteral, identifier, literal } from '../contracts/sql-text.js';
import { streamRows } from '../data/stream-rows.js';
import { PipelineError } from '../errors/pipeline-error.js';
import { encodedRows, inputsOf } from '../features/encoding/encode-sql.js';
import { type Encoder, type EncoderSet, featureNamesOf, rawColumnsOf, stateOf } from '../features/encoding/encoder.js';
import { keyName, type TargetLookup } from '../features/rows/label-lookup.js';
import { TRANSFORMS } from '../features/transforms.js';
import { openSession, type ScoringSession } from '../onnx/session.js';
import { samplePositions } from './sample-positions.js';
import type { FittedModel } from './trainer-kind.js';

const ROWS = 1_000;
const SAMPLE_SEED = 3;
/** The runtime adds leaf values in float32 and in an order of its own. Share of the score, at least of 1. */
const SCORE_TOLERANCE = 1e-4;

/** What is compared. */
export interface ExportedModel {
  readonly features: FeatureResult;
  readonly encoders: EncoderSet;
  readonly predict: FittedModel['predict'];
  /** The part of the exported graph that makes features, as a model of its own. */
  readonly preprocess: Uint8Array;
  /** The exported graph, opened. */
  readonly session: ScoringSession;
}

/**
 * Runs the exported graph over 1,000 training rows, raw columns in, and compares it with what training computes: every feature to the bit
 * with the SQL that made the training rows, every score with the trainer's own. Rows are encoded as those of requests are, by all training rows.
 * @param path - `train.parquet` of the feature set.
 * TRAINING_GRAPH_DIFFERS with the first difference.
 */
export async function checkGraph(db: DuckDb, path: string, exported: ExportedModel): Promise<void> {
  const { features, encoders, preprocess, predict, session } = exported;
  const { signature, trainRows } = features.meta;
  const positions = [...samplePositions(trainRows, ROWS, SAMPLE_SEED)];
  const raw = signature.inputs.map(
    ({ name }) => `${identifier(`raw_${name}`)}, ${identifier(`raw_${name}`)} AS ${identifier(name)}`,
  );
  await db.run(
    `CREATE TABLE checked AS SELECT ${[...raw, '__label'].join(', ')}, file_row_number AS __row
     FROM read_parquet(${literal(path)}, file_row_number = true) WHERE file_row_number IN (${positions.join(', ')})`,
  );
  const names = encoders.encoders.flatMap(featureNamesOf);
  const trained = await trainedFeatures(db, encoders.encoders);
  const inputs = await rawInputs(db, features, positions.length);
  const served = await servedFeatures(preprocess, inputs, positions.length, names.length);
  for (const [feature, name] of names.entries()) {
    const column = trained[feature] ?? new Float32Array(0);
    const row = positions.findIndex((_, at) => !Object.is(column[at], served[at * names.length + feature]));
    if (row !== -1) throw differs(`the feature ${name}`, positions[row], column[row], served[row * names.length + feature]);
  }
  const scores = await session.score(inputs, positions.length);
  const expected = Array.from(predict({ rows: positions.length, columns: trained }));
  const far = (score: number, row: number): boolean =>
    !(Math.abs(score - (scores[row] ?? NaN)) <= SCORE_TOLERANCE * Math.max(1, Math.abs(score)));
  const row = expected.findIndex(far);
  if (row !== -1) throw differs('the score', positions[row], expected[row], scores[row]);
}

function differs(
  what: string,
  position: number | undefined,
  expected: number | undefined,
  received: number | undefined,
): PipelineError {
  return new PipelineError('TRAINING_GRAPH_DIFFERS', {
    what: `the exported graph computes ${what} otherwise than training`,
    where: `training row ${String(position)}`,
    expected: String(expected),
    received: String(received),
  });
}

async function trainedFeatures(db: DuckDb, encoders: readonly Encoder[]): Promise<readonly Float32Array[]> {
  const lookups = new Map<string, TargetLookup>();
  for (const [position, encoder] of encoders.entries()) {
    const table = `lookup_${String(position)}`;
    if (!(await createLookup(db, encoder, table))) continue;
    lookups.set(encoder.feature, { table, folds: null });
  }
  const columns: Float32Array[] = [];
  for (const some of inBlocks(encoders)) {
    const rows = await db.query(encodedRows('checked', some, [], lookups));
    for (const name of some.flatMap(featureNamesOf)) columns.push(Float32Array.from(rows, (row) => Number(row[name])));
  }
  return columns;
}

/** Values of the keys that the checked rows have; false for a transform that learns nothing from labels. */
async function createLookup(db: DuckDb, encoder: Encoder, table: string): Promise<boolean> {
  const kind = TRANSFORMS.named(encoder.transform);
  if (kind.lookup === undefined) return false;
  const inputs = inputsOf(kind, rawColumnsOf(encoder));
  const parts = inputs.map((input, part) => `${input} AS ${keyName(part)}`);
  const present = await db.query(`SELECT DISTINCT ${parts.join(', ')} FROM checked`);
  const wanted = new Set(present.map((row) => JSON.stringify(inputs.map((_, part) => row[keyName(part)]))));
  const known = kind.lookup
    .entries(stateOf(encoder))
    .flatMap(({ key, value }) =>
      wanted.has(JSON.stringify(key)) ? [`(${[...key.map(literal), floatLiteral(value)].join(', ')})`] : [],
    );
  const declared = inputs.map((_, part) => `${keyName(part)} VARCHAR`);
  await db.run(`CREATE TABLE ${table} (${[...declared, 'value FLOAT'].join(', ')})`);
  if (known.length > 0) await db.run(`INSERT INTO ${table} VALUES ${known.join(', ')}`);
  return true;
}

/** In the order of the rows' positions. */
async function rawInputs(db: DuckDb, { meta }: FeatureResult, rows: number): Promise<Record<string, InputColumn>> {
  const read = await db.use(async (connection) => {
    const chunks: Record<string, InputColumn>[] = [];
    await streamRows(connection, `SELECT ${modelInputSql(meta.signature)} FROM checked ORDER BY __row`, rows, (chunk) => {
      chunks.push(modelInputsOf(meta.signature, chunk));
    });
    return chunks;
  });
  if (read.length === 1) return read[0] ?? {};
  throw new RangeError(`${String(rows)} rows came in ${String(read.length)} chunks`);
}

async function servedFeatures(
  preprocess: Uint8Array,
  inputs: Record<string, InputColumn>,
  rows: number,
  width: number,
): Promise<Float32Array> {
  const session = await openSession(preprocess, { width });
  try {
    return await session.score(inputs, rows);
  } finally {
    await session.release();
  }
}
