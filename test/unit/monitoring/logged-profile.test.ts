import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { pino } from 'pino';
import type { ColumnSpec, ColumnType } from '../../../src/contracts/dataset.js';
import { loggedRowsSql } from '../../../src/contracts/store/prediction-row.js';
import type { DuckDb } from '../../../src/data/duckdb.js';
import { openDuckDb } from '../../../src/data/duckdb.js';
import type { Profile } from '../../../src/profiles/profile.js';
import { profileColumns } from '../../../src/profiles/profile.js';
import { driftScore } from '../../../src/monitoring/drift-score.js';
import { inputColumns, loadWindowRows, WINDOW_ROWS } from '../../../src/monitoring/windows/window-rows.js';
import { duckdbType } from '../../../src/schema/duckdb-type.js';
import { signatureOf } from '../../../src/schema/signature.js';
import { compileRowParser } from '../../../src/serving/input/row-parser.js';
import { PredictionLog } from '../../../src/serving/prediction-log/prediction-log.js';
import { createTestContext } from '../../test-context.js';
import { testFolder } from '../../test-folder.js';
import { temporaryStore } from '../data/tiny-source.js';

/** One value as a data set has it, in SQL, and as a client sends it. */
interface Value {
  readonly sql: string;
  readonly json: unknown;
}

const NOW = Date.UTC(2026, 0, 5, 12);
const STATISTICS = ['psi', 'jensen_shannon', 'ks', 'wasserstein'] as const;

const float = (value: number): Value => ({ sql: `'${value}'::DOUBLE`, json: value });
const words = fc
  .string({ unit: 'grapheme', maxLength: 6 })
  .filter((text) => !text.includes('\0') && !/\p{Surrogate}/u.test(text));
const text = words.map((value): Value => ({ sql: `'${value.replaceAll("'", "''")}'`, json: value }));
const VALUES: Record<ColumnType, fc.Arbitrary<Value>> = {
  float: fc
    .oneof(
      fc.integer({ min: -50, max: 50 }).map((n) => n / 10),
      fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => Number.isFinite(Math.fround(value))),
    )
    .map(float),
  integer: fc
    .oneof(fc.integer({ min: 2 ** 24 - 2, max: 2 ** 24 + 9 }), fc.maxSafeInteger())
    .map((value) => ({ sql: `${value}::BIGINT`, json: value })),
  boolean: fc.boolean().map((value) => ({ sql: String(value), json: value })),
  timestamp: fc
    .tuple(fc.integer({ min: -4e12, max: 4e12 }), fc.nat(999))
    .map(([ms, micros]) => ({ sql: `make_timestamp(${ms * 1000 + micros})`, json: new Date(ms).toISOString() })),
  category: text,
  text,
};
const missing = (type: ColumnType): fc.Arbitrary<Value> =>
  type === 'float'
    ? fc.constantFrom({ sql: 'NULL', json: null }, { sql: `'nan'::DOUBLE`, json: 'NaN' })
    : fc.constant({ sql: 'NULL', json: null });
/** A server takes no missing time and no missing boolean. */
const MAY_BE_MISSING: readonly ColumnType[] = ['float', 'integer', 'category', 'text'];

const kinds: ColumnType[] = ['float', 'integer', 'boolean', 'timestamp', 'category', 'text'];
const columnsArbitrary = fc
  .array(fc.record({ type: fc.constantFrom(...kinds), nullable: fc.boolean() }), { minLength: 1, maxLength: 5 })
  .map((specs) =>
    specs.map(({ type, nullable }, index): ColumnSpec => ({
      name: ['Status', 'price', 'Model', 'input_x', 'c 4'][index] ?? '',
      type,
      nullable: nullable && MAY_BE_MISSING.includes(type),
    })),
  );
const tableArbitrary = columnsArbitrary.chain((columns) =>
  fc.record({
    columns: fc.constant(columns),
    rows: fc.array(
      fc.tuple(
        ...columns.map(({ type, nullable }) =>
          nullable ? fc.oneof({ weight: 3, arbitrary: VALUES[type] }, missing(type)) : VALUES[type],
        ),
      ),
      { minLength: 1, maxLength: 30 },
    ),
  }),
);

let db: DuckDb;
beforeAll(async () => {
  db = await openDuckDb({ scratch: testFolder('logged') });
});
afterAll(() => {
  db.close();
});

const profileOf = (relation: string, columns: readonly ColumnSpec[]): Promise<Profile> =>
  db.use((connection) => profileColumns(connection, relation, columns));

/** Profile of the rows as training makes it, from a data set. */
async function trained(columns: readonly ColumnSpec[], rows: readonly (readonly Value[])[]): Promise<Profile> {
  const typed = columns.map((column, index) => `"c${index}"::${duckdbType(column)} AS "${column.name}"`);
  const tuples = rows.map((row) => `(${row.map(({ sql }) => sql).join(', ')})`);
  const names = columns.map((_, index) => `"c${index}"`);
  const relation = `(SELECT ${typed.join(', ')} FROM (VALUES ${tuples.join(', ')}) AS v(${names.join(', ')}))`;
  const signature = signatureOf(
    { name: 'rows', columns },
    columns.map(({ name }) => name),
  );
  return profileOf(loggedRowsSql(signature, relation), columns);
}

/** Profile of the rows as a window makes it, from what a server logged of requests that had them. */
async function served(columns: readonly ColumnSpec[], rows: readonly (readonly Value[])[]): Promise<Profile> {
  const signature = signatureOf(
    { name: 'rows', columns },
    columns.map(({ name }) => name),
  );
  const store = await temporaryStore();
  const log = new PredictionLog({
    objects: store.objects,
    endpoint: 'rows',
    replica: 'a',
    options: { maxBuffered: 1_000, maxBufferedBytes: 1 << 20, flushRows: 1_000, flushMs: 60_000 },
    log: pino({ level: 'silent' }),
    observer: { written: () => undefined, dropped: () => undefined, putAside: () => undefined },
  });
  const json = rows.map((row) => Object.fromEntries(columns.map(({ name }, index) => [name, row[index]?.json])));
  const instances = JSON.parse(JSON.stringify(json)) as unknown[];
  log.record({
    ids: rows.map((_, index) => `r${index}`),
    eventTimesMs: rows.map(() => NOW),
    loggedAtMs: NOW,
    model: 'rows',
    version: 1,
    variant: 'champion',
    status: 200,
    latencyMs: 1,
    scores: Float32Array.from(rows, () => 0.1),
    inputs: { signature, batch: compileRowParser('rows', signature)(instances) },
  });
  await log.close();
  const config = { endpoint: 'rows', clock: 'event', everyMs: 1_000 } as const;
  await loadWindowRows(db, createTestContext(store), config, signature, { fromMs: NOW, toMs: NOW + 1 });
  return profileOf(WINDOW_ROWS, inputColumns(signature));
}

describe('what a server logs', () => {
  it('has the profile that the same rows have at training, and by no statistic any drift', async () => {
    await fc.assert(
      fc.asyncProperty(tableArbitrary, async ({ columns, rows }) => {
        const [reference, current] = [await trained(columns, rows), await served(columns, rows)];
        expect(current).toEqual(reference);
        for (const { name } of columns) {
          const [known, seen] = [reference.columns[name]!, current.columns[name]!];
          const fit = STATISTICS.filter(
            (statistic) => known.type === 'numeric' || statistic === 'psi' || statistic === 'jensen_shannon',
          );
          for (const statistic of fit) expect(driftScore({ statistic, max: 0 }, known, seen)).toBe(0);
        }
      }),
      { numRuns: 10 },
    );
  });

  it('knows moments before 1970 that are no whole millisecond by the same hour', async () => {
    const columns: ColumnSpec[] = [{ name: 'at', type: 'timestamp', nullable: false }];
    const moments = [-1, -999, -1_000, -1_001, 999].map((micros) => [
      { sql: `make_timestamp(${micros})`, json: new Date(Math.floor(micros / 1_000)).toISOString() },
    ]);
    expect(await served(columns, moments)).toEqual(await trained(columns, moments));
  });

  it('does not drift by the width of its numbers: prices of 0.1 to 0.5, and a constant', async () => {
    const columns: ColumnSpec[] = [
      { name: 'price', type: 'float', nullable: false },
      { name: 'constant', type: 'float', nullable: false },
    ];
    const rows = Array.from({ length: 500 }, (_, n) => [float(((n % 5) + 1) / 10), float(0.1)]);
    const [reference, current] = [await trained(columns, rows), await served(columns, rows)];
    for (const statistic of STATISTICS) {
      for (const { name } of columns)
        expect(driftScore({ statistic, max: 0 }, reference.columns[name]!, current.columns[name]!)).toBe(0);
    }
  });
});
