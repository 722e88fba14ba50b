import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { DatasetRef } from '../../../src/contracts/dataset.js';
import type { IngestConfig } from '../../../src/contracts/stages/ingest.js';
import type { ArtifactStore } from '../../../src/store/artifacts/artifact-store.js';
import { createArtifactStore } from '../../../src/store/artifacts/create-artifact-store.js';
import { openObjectStore } from '../../../src/store/open-store.js';
import { validate } from '../../../src/validation/validate.js';
import { createTestContext } from '../../test-context.js';
import {
  FLIGHTS,
  FLIGHTS_FILE,
  failureOf,
  ingestWith,
  schemaOf,
  sourceFile,
  sql,
  temporaryFolder,
  temporaryStore,
} from './tiny-source.js';

const EVENTS = schemaOf(
  { name: 'at', type: 'timestamp', nullable: false, eventTime: true },
  { name: 'n', type: 'integer', nullable: false },
);
const DAYS = "SELECT TIMESTAMP '2001-01-01' + to_days(range::INTEGER) AS at, range AS n FROM range(40)";

function config(path: string, overrides: Partial<IngestConfig> = {}): IngestConfig {
  return { source: { format: 'parquet', path }, schema: EVENTS, ...overrides };
}

function january(path: string): IngestConfig {
  return config(path, { window: { column: 'at', from: '2001-01-01', to: '2001-02-01' } });
}

describe('ingest', () => {
  it('keeps the rows of the half-open window, one part per calendar week', async () => {
    const store = await temporaryStore();
    const dataset = await ingestWith(store, january(await sourceFile(DAYS)));
    expect(dataset.meta.rows).toBe(31);
    expect(dataset.meta.parts.map(({ rows }) => rows)).toEqual([7, 7, 7, 7, 3]);
    expect(dataset.meta.parts.at(-1)?.to).toBe('2001-01-31T00:00:00.000Z');
    expect(dataset.meta).toMatchObject({ from: '2001-01-01T00:00:00.000Z', to: '2001-02-01T00:00:00.000Z' });
    const file = await store.localFile(dataset, 'part-0004.parquet');
    expect(await sql(`SELECT sum(n)::INTEGER AS total FROM read_parquet('${file}')`)).toEqual([{ total: 28 + 29 + 30 }]);
  });

  it('gives one identity to equal rows, whatever their order and files', async () => {
    const whole = await sourceFile(DAYS);
    const folder = dirname(await sourceFile(`SELECT * FROM (${DAYS}) WHERE n % 2 = 0 ORDER BY n DESC`, 'even.parquet'));
    await sql(`COPY (SELECT * FROM (${DAYS}) WHERE n % 2 = 1) TO '${folder}/odd.parquet'`);
    const first = await ingestWith(await temporaryStore(), january(whole));
    const second = await ingestWith(await temporaryStore(), january(`${folder}/*.parquet`));
    expect(second.id).toBe(first.id);
  });

  it('shares the bytes of whole weeks between overlapping windows', async () => {
    const store = await temporaryStore();
    const path = await sourceFile(DAYS);
    const first = await store.manifest(await ingestWith(store, january(path)));
    const later = config(path, { window: { column: 'at', from: '2001-01-08', to: '2001-02-05' } });
    const second = await store.manifest(await ingestWith(store, later));
    expect(second.files.slice(0, 3).map(({ sha256 }) => sha256)).toEqual(first.files.slice(1, 4).map(({ sha256 }) => sha256));
  });

  it('reads event times given as text with offsets, and as milliseconds', async () => {
    const text = await sourceFile("SELECT '2001-01-01T02:00:00+02:00' AS at, 1 AS n");
    const ms = await sourceFile('SELECT 978307200000 AS at, 1 AS n');
    const first = await ingestWith(await temporaryStore(), january(text));
    const second = await ingestWith(await temporaryStore(), january(ms));
    expect(first.meta.parts[0]?.from).toBe('2001-01-01T00:00:00.000Z');
    expect(second.id).toBe(first.id);
  });

  it('reads CSV by the schema, with empty fields as missing values', async () => {
    const path = await sourceFile("SELECT '2001-01-01' AS at, NULL AS n UNION ALL SELECT '2001-01-02', 5", 'rows.csv');
    const store = await temporaryStore();
    const dataset = await ingestWith(store, config(path, { source: { format: 'csv', path } }));
    const file = await store.localFile(dataset, 'part-0000.parquet');
    expect(await sql(`SELECT n::INTEGER AS n FROM read_parquet('${file}')`)).toEqual([{ n: null }, { n: 5 }]);
  });

  it('moves its cursor to the end of the window and never back', async () => {
    const store = await temporaryStore();
    const path = await sourceFile(DAYS);
    const watermark = async (): Promise<unknown> => {
      const { bytes } = await store.objects.get('cursors/test-pipeline/ingest.json');
      return (JSON.parse(bytes.toString()) as { watermark: string }).watermark;
    };
    await ingestWith(store, january(path));
    expect(await watermark()).toBe('2001-02-01T00:00:00.000Z');
    await ingestWith(store, config(path, { window: { column: 'at', from: '2001-01-01', to: '2001-01-08' } }));
    expect(await watermark()).toBe('2001-02-01T00:00:00.000Z');
    const windows = ['2001-02-03', '2001-02-05', '2001-02-04'].map((to) => ({ column: 'at', from: '2001-01-01', to }));
    await Promise.all(windows.map((window) => ingestWith(store, config(path, { window }))));
    expect(await watermark()).toBe('2001-02-05T00:00:00.000Z');
  });

  it('stops at an abort and publishes nothing', async () => {
    const store = await temporaryStore();
    const controller = new AbortController();
    controller.abort(new Error('stopped'));
    const running = ingestWith(store, january(await sourceFile(DAYS)), { signal: controller.signal });
    await expect(running).rejects.toThrow('stopped');
    for await (const object of store.objects.list('')) throw new Error(`published ${object.key}`);
  });
});

const values = async (store: ArtifactStore, dataset: DatasetRef, select: string): Promise<Record<string, unknown>[]> =>
  sql(`SELECT ${select} FROM read_parquet('${await store.localFile(dataset, 'part-0000.parquet')}')`);

describe('the values of Parquet files', () => {
  const x = { name: 'x', type: 'float', nullable: true } as const;

  it.each(['DOUBLE', 'FLOAT'])('of type %s: NaN is missing, infinities are refused or missing', async (type) => {
    const store = await temporaryStore();
    const path = await sourceFile(`SELECT unnest(['1.5', 'nan', NULL])::${type} AS x`);
    const dataset = await ingestWith(store, config(path, { schema: schemaOf(x) }));
    expect(await values(store, dataset, 'count(*)::INTEGER AS n, count(x)::INTEGER AS present, sum(x) AS sum')).toEqual([
      { n: 3, present: 1, sum: 1.5 },
    ]);
    const infinite = await sourceFile(`SELECT unnest(['1.5', 'inf', '-inf', 'nan'])::${type} AS x`);
    const failure = await failureOf(ingestWith(store, config(infinite, { schema: schemaOf(x) })));
    expect(failure.message).toContain('column "x": expected a finite number, got 2 other values such as "-inf"');
    const source = { format: 'parquet', path: infinite, options: { infinities: 'missing' } } as const;
    const without = await ingestWith(store, { source, schema: schemaOf(x) });
    expect(await values(store, without, 'count(*)::INTEGER AS n, count(x)::INTEGER AS present')).toEqual([{ n: 4, present: 1 }]);
  });

  it('outside what a column can hold are counted, not rounded', async () => {
    const path = await sourceFile('SELECT unnest([1, 18446744073709551615])::UBIGINT AS n, 9223372036854775807 AS at');
    const schema = schemaOf({ name: 'n', type: 'integer', nullable: false }, { name: 'at', type: 'timestamp', nullable: false });
    const { message } = await failureOf(ingestWith(await temporaryStore(), config(path, { schema })));
    expect(message).toContain('column "n": expected a whole number, got 1 other values such as "18446744073709551615"');
    expect(message).toContain('got 2 other values such as "9223372036854775807"');
  });

  it('are read file by file, by the type of each', async () => {
    const store = await temporaryStore();
    const path = await sourceFile("SELECT NULL::INTEGER AS name, TIMESTAMP '2001-01-01' AS at", 'a.parquet');
    await sql(`COPY (SELECT 'x' AS name, 978393600000 AS at) TO '${dirname(path)}/b.parquet'`);
    await sql(`COPY (SELECT 'y' AS name, '2001-01-03' AS at) TO '${dirname(path)}/c.parquet'`);
    const schema = schemaOf(EVENTS.columns[0]!, { name: 'name', type: 'category', nullable: true });
    const all = `${dirname(path)}/*.parquet`;
    const dataset = await ingestWith(store, config(all, { schema }));
    expect(await values(store, dataset, 'name, day("at")::INTEGER AS day')).toEqual([
      { name: null, day: 1 },
      { name: 'x', day: 2 },
      { name: 'y', day: 3 },
    ]);
    await sql(`COPY (SELECT 7 AS name, TIMESTAMP '2001-01-01' AS at) TO '${dirname(path)}/d.parquet'`);
    const failure = await failureOf(ingestWith(store, config(all, { schema })));
    expect(failure.message).toContain('column "name": expected text, got INTEGER');
  });

  it('come from folders and files whose names look like globs', async () => {
    const folder = join(await temporaryFolder(), 'x [old]', 'a*b?');
    await mkdir(folder, { recursive: true });
    await sql(`COPY (${DAYS}) TO '${folder}/part[1].parquet'`);
    await sql(`COPY (${DAYS}) TO '${folder}/part2.parquet'`);
    const rows = async (path: string): Promise<number> => (await ingestWith(await temporaryStore(), config(path))).meta.rows;
    expect(await rows(`${folder}/part[1].parquet`)).toBe(40);
    expect(await rows(`${folder}/*.parquet`)).toBe(80);
    expect(await rows(`${folder}/part[0-9].parquet`)).toBe(40);
    expect(await rows(`${dirname(dirname(folder))}/**/part[!0-1].parquet`)).toBe(40);
    const store = createArtifactStore(await openObjectStore(folder));
    const dataset = await ingestWith(store, config(`${folder}/part2.parquet`));
    const checked = validate({ config: { checks: [] }, inputs: { dataset }, arguments: {} }, createTestContext(store));
    expect(await checked).toMatchObject({ status: 'passed' });
  });
});

describe('a source that cannot be ingested', () => {
  it('says what the folder has when no file matches', async () => {
    const path = await sourceFile(DAYS, 'flights.parquet');
    const failure = await failureOf(ingestWith(await temporaryStore(), config(join(dirname(path), 'fligths*.parquet'))));
    expect(failure.code).toBe('DATA_SOURCE_MISSING');
    expect(failure.message).toContain('flights.parquet');
  });

  it('names each corrupt file', async () => {
    const path = await sourceFile(DAYS, 'good.parquet');
    await writeFile(join(dirname(path), 'bad.parquet'), 'these are no rows');
    const failure = await failureOf(ingestWith(await temporaryStore(), config(join(dirname(path), '*.parquet'))));
    expect(failure.code).toBe('DATA_SOURCE_CORRUPT');
    expect(failure.message).toContain('bad.parquet');
    expect(failure.message).not.toContain('good.parquet');
  });

  it('finds damage inside a file whose footer is whole', async () => {
    const bytes = await readFile(
      await sourceFile("SELECT * FROM (SELECT TIMESTAMP '2001-01-01' AS at, hash(range)::VARCHAR AS n FROM range(200000))"),
    );
    bytes.fill(0x5a, 1_000, Math.floor(bytes.length * 0.9));
    const path = join(await temporaryFolder(), 'damaged.parquet');
    await writeFile(path, bytes);
    const schema = schemaOf(EVENTS.columns[0]!, { name: 'n', type: 'text', nullable: false });
    const failure = await failureOf(ingestWith(await temporaryStore(), config(path, { schema })));
    expect(failure.code).toBe('DATA_SOURCE_CORRUPT');
    expect(failure.message).toContain('damaged.parquet');
  });

  it('names all missing columns and those that there are', async () => {
    const schema = schemaOf(
      ...EVENTS.columns,
      { name: 'x', type: 'float', nullable: true },
      { name: 'y', type: 'text', nullable: true },
    );
    const failure = await failureOf(ingestWith(await temporaryStore(), config(await sourceFile(DAYS), { schema })));
    expect(failure.code).toBe('DATA_COLUMN_MISSING');
    expect(failure.message).toContain('"x", "y"');
    expect(failure.message).toContain('at, n');
  });

  it('names all columns of a wrong type with expected and got', async () => {
    const path = await sourceFile("SELECT TIMESTAMP '2001-01-01' AS at, 'ten' AS n, [1] AS l");
    const schema = schemaOf(...EVENTS.columns, { name: 'l', type: 'category', nullable: true });
    const failure = await failureOf(ingestWith(await temporaryStore(), config(path, { schema })));
    expect(failure.code).toBe('DATA_COLUMN_TYPE');
    expect(failure.message).toContain('column "n": expected a whole number, got VARCHAR');
    expect(failure.message).toContain('column "l": expected text, got INTEGER[]');
  });

  it('counts the text values that are not what the schema says, with an example', async () => {
    const path = await sourceFile("SELECT '2001-01-01' AS at, '1.5' AS n UNION ALL SELECT 'never', '2'", 'rows.csv');
    const failure = await failureOf(ingestWith(await temporaryStore(), { ...january(path), source: { format: 'csv', path } }));
    expect(failure.code).toBe('DATA_COLUMN_TYPE');
    expect(failure.message).toContain('1 other values such as "never"');
    expect(failure.message).toContain('1 other values such as "1.5"');
  });

  it('tells the range of the source when the window is empty', async () => {
    const window = { column: 'date', from: '2002-01-01', to: '2002-02-01' };
    const failure = await failureOf(
      ingestWith(await temporaryStore(), { source: { format: 'parquet', path: FLIGHTS_FILE }, schema: FLIGHTS, window }),
    );
    expect(failure.code).toBe('DATA_WINDOW_EMPTY');
    expect(failure.message).toContain('3000000 rows from 2001-01-01T00:01:00.000Z to 2001-07-01T00:00:00.000Z');
  });

  it('refuses a window over a column that is no timestamp', async () => {
    const window = { column: 'n', from: '2001-01-01', to: '2001-02-01' };
    const failure = await failureOf(ingestWith(await temporaryStore(), config(await sourceFile(DAYS), { window })));
    expect(failure.code).toBe('DATA_WINDOW_INVALID');
    expect(failure.message).toContain('one of the timestamp columns at');
  });
});
