import path from 'node:path';
import type { FeatureConfig, FeatureMeta, FeatureResult, FeatureSettings } from '../contracts/stages/feature.js';
import type { DuckDb } from '../data/duckdb.js';
import { identifier } from '../contracts/sql-text.js';
import { parquetRelation } from '../data/file-list.js';
import type { Encoder, EncoderSet } from '../features/encoding/encoder.js';
import { fitLookup } from '../features/encoding/fit-encoders.js';
import type { TargetLookup } from '../features/rows/label-lookup.js';
import { addTurns } from '../features/rows/row-turns.js';
import { rowsOf } from '../features/rows/split-rows.js';
import { TRANSFORMS } from '../features/transforms.js';
import { writeEncoded } from '../features/encoding/write-encoded.js';
import type { StepContext } from '../pipeline/step-context.js';
import { parseRecord } from '../store/json/json-record.js';
import { trainedRows } from './held-out.js';

type TargetSpec = FeatureConfig['columns'][string];

/**
 * Files with the rows that a fit reads, in time order: those of the feature set. With rows held out the encodings that use labels are
 * fitted again, on the rows before the held-out ones: labels of their own time would make the newest rows look better known than future
 * rows ever are. The graph keeps the encoders of all training rows. ARTIFACT_CORRUPT, STORE_RECORD_CORRUPT.
 */
export async function trainingFiles(
  db: DuckDb,
  features: FeatureResult,
  holdOut: boolean,
  context: StepContext,
): Promise<readonly string[]> {
  const file = await context.artifacts.localFile(features, 'train.parquet');
  if (!holdOut) return [file];
  const read = async (name: string): Promise<Buffer> => context.artifacts.readFile(features, name);
  const where = `feature-set/${features.id}`;
  const { config } = parseRecord<FeatureSettings>(await read('config.json'), `${where}/config.json`, ['config']);
  const targets = Object.entries(config.columns).filter(([, spec]) => usesLabels(spec));
  if (targets.length === 0) return [file];
  const { encoders } = parseRecord<EncoderSet>(await read('encoders.json'), `${where}/encoders.json`, ['encoders']);
  context.log.info('encoding the newest rows by the older ones');
  const files = [path.join(context.scratch, 'older.parquet'), path.join(context.scratch, 'newest.parquet')] as const;
  await writeApart(db, { file, meta: features.meta, encoders, targets }, files);
  return files;
}

const usesLabels = ({ transform }: TargetSpec): boolean => TRANSFORMS.named(transform).lookup !== undefined;

interface Known {
  readonly file: string;
  readonly meta: FeatureMeta;
  readonly encoders: readonly Encoder[];
  readonly targets: readonly (readonly [string, TargetSpec])[];
}

async function writeApart(
  db: DuckDb,
  { file, meta, encoders, targets }: Known,
  [olderFile, newestFile]: readonly [string, string],
): Promise<void> {
  const raw = meta.signature.inputs.map(({ name }) => `${identifier(`raw_${name}`)} AS ${identifier(name)}`);
  await db.run(`CREATE TABLE known AS SELECT ${[...raw, '__label'].join(', ')} FROM ${parquetRelation([file])}`);
  const older = `rowid < ${String(trainedRows(meta.trainRows, true))}`;
  await addTurns(db, 'known', meta.task, older);
  const refitted = new Map<string, Encoder>();
  const [outOfFold, full] = [new Map<string, TargetLookup>(), new Map<string, TargetLookup>()];
  await db.exactOrder(async () => {
    for (const [position, [feature, spec]] of targets.entries()) {
      const kind = TRANSFORMS.named(spec.transform);
      const rows = rowsOf('known', ['*'], `WHERE ${older}`);
      const { encoder, fitted } = await fitLookup(db, rows, { feature, spec, kind }, `older_${String(position)}`);
      refitted.set(feature, encoder);
      outOfFold.set(feature, fitted.outOfFold);
      full.set(feature, fitted.full);
    }
  });
  const now = encoders.map((encoder) => refitted.get(encoder.feature) ?? encoder);
  await writeEncoded(db, (columns) => rowsOf('known', columns, `WHERE ${older}`), now, [], outOfFold, olderFile);
  await writeEncoded(db, (columns) => rowsOf('known', columns, `WHERE NOT ${older}`), now, [], full, newestFile);
}
