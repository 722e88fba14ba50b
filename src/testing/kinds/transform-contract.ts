import { aKind, anObject, listOf } from '../../errors/kinds.js';
import { checkCall } from '../../errors/check-call.js';
import assert from 'node:assert/strict';
import type { ColumnSpec } from '../../contracts/dataset.js';
import type { JsonObject } from '../../contracts/json.js';
import { identifier } from '../../contracts/sql-text.js';
import type { DuckDb } from '../../data/duckdb.js';
import { type InputColumn, modelInputsOf, modelInputSql } from '../../data/model-inputs.js';
import { streamRows } from '../../data/stream-rows.js';
import { nameProblems } from '../../features/check-transforms.js';
import { encodedRows } from '../../features/encoding/encode-sql.js';
import { type Encoder, type EncoderSet, featureNamesOf } from '../../features/encoding/encoder.js';
import { fitEncoders } from '../../features/encoding/fit-encoders.js';
import type { TargetLookup } from '../../features/rows/label-lookup.js';
import { preprocessModel } from '../../features/encoding/preprocess-graph.js';
import { rowsOf } from '../../features/rows/split-rows.js';
import type { TransformKind } from '../../features/transform-definition.js';
import { withDefaults } from '../../kinds/options-of.js';
import { inspectModel } from '../../onnx/inspect-model.js';
import { openSession } from '../../onnx/session.js';
import { signatureOf } from '../../schema/signature.js';
import type { ContractCase } from './contract-case.js';
import { columnsThatMeet, onSampleRows, SAMPLE_META, SAMPLE_SEEDS, withTurns } from './sample-rows.js';

/** Rows that a transform learns from; the others are new to it. */
const TRAIN = 'rowid < 250';

/**
 * What training and serving count on in a transform, for any test framework. @param options - each set one way to use it; `{}` for a transform
 * without options.
 */
export function transformContract(
  made: { readonly kind: TransformKind },
  ...options: readonly { readonly [name: string]: unknown }[]
): readonly ContractCase[] {
  checkCall('transformContract', { constructor: made, options }, { constructor: aKind, options: listOf(anObject) });
  const { kind } = made;
  const specs = (options as readonly JsonObject[]).flatMap((given) =>
    columnChoices(kind).map((columns) => ({
      ...{ transform: kind.name, ...(kind.takes === 'column' ? { column: columns[0] ?? '' } : { columns }) },
      ...(withDefaults(kind.options, given) as JsonObject),
    })),
  );
  const each = async (work: (spec: (typeof specs)[number], seed: number) => Promise<void>): Promise<void> => {
    for (const seed of SAMPLE_SEEDS) for (const spec of specs) await work(spec, seed);
  };
  return [
    {
      title: `${kind.name} gives the same bits in SQL and in ONNX, for rows that it learned from and for others`,
      run: () => each((spec, seed) => compareOn(spec, seed, 'SELECT * FROM sample')),
    },
    {
      title: `${kind.name} gives the same bits where every value is missing, and for one row`,
      run: () =>
        each(async (spec, seed) => {
          const none = columnsThatMeet(kind.need)
            .flat()
            .filter(({ nullable }) => nullable);
          const replaced = none.map(({ name }) => `CASE WHEN false THEN ${identifier(name)} END AS ${identifier(name)}`);
          await compareOn(spec, seed, `SELECT * ${replaced.length === 0 ? '' : `REPLACE (${replaced.join(', ')})`} FROM sample`);
          await compareOn(spec, seed, 'SELECT * FROM sample LIMIT 1');
        }),
    },
    {
      title: `${kind.name} learns the same from the same rows, and gives its features names of their own`,
      run: async () => {
        const learned = (spec: (typeof specs)[number]): Promise<readonly Encoder[]> =>
          onSampleRows(1, async (db) => (await fit(db, spec)).encoders);
        for (const spec of specs) {
          const encoders = await learned(spec);
          assert.deepEqual(await learned(spec), encoders);
          assert.deepEqual(nameProblems(encoders.flatMap(featureNamesOf)), []);
        }
      },
    },
  ];
}

/** One column of each type that the transform takes; for one that takes several also two of a type. */
function columnChoices({ need, takes }: TransformKind): readonly (readonly string[])[] {
  return columnsThatMeet(need).flatMap((columns: readonly ColumnSpec[]) => {
    const names = columns.map(({ name }) => name);
    return takes === 'columns' && names.length > 1 ? [names.slice(0, 1), names] : [names.slice(0, 1)];
  });
}

interface Fitted {
  readonly encoders: readonly Encoder[];
  readonly lookups: ReadonlyMap<string, TargetLookup>;
}

async function fit(db: DuckDb, spec: JsonObject & { readonly transform: string }): Promise<Fitted> {
  await withTurns(db);
  const train = (columns?: readonly string[]): string => rowsOf('sample', columns, `WHERE ${TRAIN}`);
  const { encoders, testLookups } = await fitEncoders(db, train, { feature: spec }, () => undefined);
  return { encoders, lookups: testLookups };
}

/** @param rows - which of the sample are encoded, in SQL. */
async function compareOn(spec: JsonObject & { readonly transform: string }, seed: number, rows: string): Promise<void> {
  await onSampleRows(seed, async (db) => {
    const { encoders, lookups } = await fit(db, spec);
    const { inputs } = signatureOf(SAMPLE_META.schema, [spec['columns'] ?? spec['column'] ?? []].flat() as string[]);
    const raw = inputs.map(({ name }) => `${identifier(name)} AS ${identifier(`raw_${name}`)}`);
    await db.run(`CREATE TABLE asked AS SELECT *, ${raw.join(', ')} FROM (${rows})`);
    const names = encoders.flatMap(featureNamesOf);
    const trained = await db.query(encodedRows(rowsOf('asked'), encoders, [], lookups));
    const served = await serve(db, { formatVersion: 1, inputs, encoders }, names.length, trained.length);
    for (const [row, expected] of trained.entries()) {
      for (const [column, name] of names.entries()) {
        const received = served[row * names.length + column];
        const shown = `${name} of row ${row}, seed ${seed}, ${JSON.stringify(spec)}: SQL gives ${String(expected[name])}, ONNX ${received}`;
        assert.ok(Object.is(received, Number(expected[name] ?? undefined)), shown);
      }
    }
  });
}

async function serve(db: DuckDb, encoders: EncoderSet, width: number, rows: number): Promise<Float32Array> {
  const signature = { inputs: encoders.inputs, outputs: [] };
  const read: Record<string, InputColumn>[] = [];
  await db.use((connection) =>
    streamRows(connection, `SELECT ${modelInputSql(signature)} FROM asked ORDER BY rowid`, rows, (chunk) => {
      read.push(modelInputsOf(signature, chunk));
    }),
  );
  const bytes = preprocessModel(encoders);
  inspectModel(bytes);
  const session = await openSession(bytes, { width });
  try {
    return await session.score(read[0] ?? {}, rows);
  } finally {
    await session.release();
  }
}
