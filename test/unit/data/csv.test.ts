import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ColumnSpec, ColumnType, CsvOptions, DatasetRef } from '../../../src/contracts/dataset.js';
import { scanCsv } from '../../../src/data/source/formats/scan-csv.js';
import type { ArtifactStore } from '../../../src/store/artifacts/artifact-store.js';
import { writeCsv } from './rfc4180.js';
import { failureOf, ingestWith, schemaOf, sql, temporaryFolder, temporaryStore } from './tiny-source.js';

let store: ArtifactStore;
let folder = '';
let files = 0;
beforeAll(async () => {
  store = await temporaryStore();
  folder = await temporaryFolder();
});

const column = (name: string, type: ColumnType = 'text'): ColumnSpec => ({ name, type, nullable: true });

async function csvFile(content: string | Uint8Array): Promise<string> {
  files += 1;
  const path = join(folder, `${String(files)}.csv`);
  await writeFile(path, content);
  return path;
}

async function ingestText(
  content: string | Uint8Array,
  columns: readonly ColumnSpec[],
  options?: CsvOptions,
): Promise<DatasetRef> {
  const source = { format: 'csv', path: await csvFile(content), ...(options === undefined ? {} : { options }) } as const;
  return ingestWith(store, { source, schema: schemaOf(...columns) });
}

/** The rows of a data set, in no order. */
async function rowsOf(dataset: DatasetRef): Promise<Record<string, unknown>[]> {
  const paths = await Promise.all(dataset.meta.parts.map(({ file }) => store.localFile(dataset, file)));
  return sql(`SELECT * FROM read_parquet([${paths.map((path) => `'${path}'`).join(', ')}])`);
}

async function read(content: string | Uint8Array, columns: readonly ColumnSpec[], options?: CsvOptions): Promise<unknown[][]> {
  return (await rowsOf(await ingestText(content, columns, options))).map((row) => Object.values(row));
}

/** What is said of values of a type that are each wrong in a column of its own. */
async function refusedTogether(wrong: readonly string[], type: ColumnType, options?: CsvOptions): Promise<string> {
  const columns = wrong.map((_text, position) => column(`c${String(position)}`, type));
  const content = writeCsv(columns.map(({ name }) => name), [wrong]); // prettier-ignore
  return (await failureOf(ingestText(content, columns, options))).message;
}

const sorted = (rows: readonly (readonly unknown[])[]): string[] => rows.map((row) => JSON.stringify(row)).sort();

const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.constantFrom('#N/A', "'v1'", '"JFK"', '""', 'a,b', 'a\nb', 'a\r\nb', '\r', ' x ', 'NULL', 'NaN', '\\N', '-', ';', '\ufeff'),
  fc.string({ unit: fc.constantFrom('"', ',', "'", '#', '\n', '\r', ';', '\t', ' ', 'a', '\\'), maxLength: 6 }),
);

describe('a CSV source', () => {
  it('gives back any table of any texts, whatever is in them', async () => {
    const table = fc
      .integer({ min: 1, max: 4 })
      .chain((width) =>
        fc.record({
          rows: fc.array(fc.array(fc.option(text, { freq: 6 }), { minLength: width, maxLength: width }), {
            minLength: 1,
            maxLength: 8,
          }),
          newline: fc.constantFrom('\n', '\r\n'),
          delimiter: fc.constantFrom(',', ';', '\t', '|'),
          quote: fc.constantFrom('"', "'"),
          quoteAll: fc.boolean(),
        }),
      );
    await fc.assert(
      fc.asyncProperty(table, async ({ rows, ...form }) => {
        const columns = rows[0]!.map((_value, position) => column(`c${String(position)}`));
        const content = writeCsv(columns.map(({ name }) => name), rows, form); // prettier-ignore
        const dataset = await ingestText(content, columns, { delimiter: form.delimiter, quote: form.quote });
        // The driver of the engine takes a byte-order mark off the start of a text on its way to JavaScript.
        const marked = columns.map(({ name }) => `'|' || ${name} AS ${name}`).join(', ');
        const path = await store.localFile(dataset, 'part-0000.parquet');
        const found = await sql(`SELECT ${marked} FROM read_parquet('${path}')`);
        const expected = rows.map((row) => row.map((value) => (value === null ? null : `|${value}`)));
        expect(sorted(found.map((row) => Object.values(row)))).toEqual(sorted(expected));
      }),
      { numRuns: 12 },
    );
  });

  it('keeps rows that begin with #, whatever the type of the first column', async () => {
    const rows = Array.from({ length: 200 }, (_, row) => [row % 50 === 0 ? '#N/A' : String(row), String(row)]);
    const content = writeCsv(['x', 'n'], rows);
    expect(await read(content, [column('x'), column('n', 'integer')])).toHaveLength(200);
    const failure = await failureOf(ingestText(content, [column('x', 'float'), column('n', 'integer')]));
    expect(failure.message).toContain('column "x": expected a finite number, got 4 other values such as "#N/A"');
    const missing = await read(content, [column('x', 'float')], { nullTexts: ['#N/A'] });
    expect([missing.length, missing.filter(([x]) => x === null).length]).toEqual([200, 4]);
  });

  it('takes off quotes that come first after 30,000 rows, and leaves apostrophes', async () => {
    const rows = Array.from({ length: 40_000 }, (_, row) => (row < 30_000 ? 'SFO' : 'JFK'));
    const content = `airport,version\n${rows.map((name) => (name === 'JFK' ? `"JFK",'v1'` : `SFO,'v1'`)).join('\n')}\n`;
    const dataset = await ingestText(content, [column('airport'), column('version')]);
    const path = await store.localFile(dataset, 'part-0000.parquet');
    expect(
      await sql(`SELECT airport, version, count(*)::INTEGER AS n FROM read_parquet('${path}') GROUP BY ALL ORDER BY airport`),
    ).toEqual([
      { airport: 'JFK', version: "'v1'", n: 10_000 },
      { airport: 'SFO', version: "'v1'", n: 30_000 },
    ]);
  });

  it('tells the quoted empty text from a missing value, except where a text is no value', async () => {
    expect(sorted(await read('a,b\n"",1\n,2\n', [column('a'), column('b')]))).toEqual(sorted([['', '1'], [null, '2']])); // prettier-ignore
    expect(await read('a\n""\n""\n', [column('a', 'float')])).toEqual([[null], [null]]);
  });

  it('leaves out comments only when asked, and refuses one inside a row', async () => {
    const content = 'a,b\n# written by hand\n1,"x#y"\n';
    expect((await failureOf(ingestText(content, [column('a'), column('b')]))).code).toBe('DATA_SOURCE_CORRUPT');
    expect(await read(content, [column('a'), column('b')], { comment: '#' })).toEqual([['1', 'x#y']]);
    const inside = await failureOf(ingestText('a,b\n1,x#y\n', [column('a'), column('b')], { comment: '#' }));
    expect(inside.message).toContain('row 1 has the comment character # inside, outside quotes');
  });

  it('reads another escape when asked', async () => {
    expect(await read('a,b\n"x\\"y",1\n', [column('a'), column('b')], { escape: '\\' })).toEqual([['x"y', '1']]);
  });

  it('reads records of several megabytes', async () => {
    const long = 'x'.repeat(5_000_000);
    const found = await read(writeCsv(['a', 'b'], [['1', long], [`${long}\n"`, '2']]), [column('a'), column('b')]); // prettier-ignore
    expect(found.map((row) => row.map((value) => (value as string).length)).sort()).toEqual([[1, 5_000_000], [5_000_002, 1]]); // prettier-ignore
  });

  it("keeps the engine's reason when a row does not fit", async () => {
    const failure = await failureOf(ingestText('a,b\n1,2\n3\n', [column('a'), column('b')]));
    expect(failure.code).toBe('DATA_SOURCE_CORRUPT');
    expect(failure.message).toContain('CSV Error on Line: 3; Original Line: 3; Expected Number of Columns: 2 Found: 1');
  });

  it('refuses a column whose name the header has twice, and reads the others', async () => {
    const content = 'a,b,a\n1,2,3\n';
    expect((await failureOf(ingestText(content, [column('a')]))).message).toContain(
      'expected one column of that name, got several',
    );
    expect(await read(content, [column('b')])).toEqual([['2']]);
    expect(await read('a,A\n1,2\n', [column('A')])).toEqual([['2']]);
  });

  it('refuses an empty file, and options that are unknown or contradict each other', async () => {
    expect((await failureOf(ingestText('', [column('a')]))).message).toContain('it has no header line');
    const options = { delimeter: ';', quote: 'ab' } as CsvOptions;
    const failure = await failureOf(ingestText('a\n1\n', [column('a')], options));
    expect(failure.code).toBe('DATA_SOURCE_OPTION');
    expect(failure.message).toMatch(/option delimeter: unknown option; there are .*delimiter.*option quote: expected one ASCII/);
    expect((await failureOf(ingestText('a\n1\n', [column('a')], { delimiter: '"' }))).message).toContain('is the same character');
    expect((await failureOf(ingestText('a\n1\n', [column('a')], { trueTexts: ['j'] }))).message).toContain('together');
  });
});

describe('values of a CSV source', () => {
  it('are read as numbers, NaN as missing, and infinities refused unless they are said to be missing', async () => {
    const numbers = 'x\n1\n-2.5\n.5\n1e3\n+7.\n 8 \nNaN\nnan\n';
    const found = await read(numbers, [column('x', 'float')]);
    expect(found.flat().sort()).toEqual([-2.5, 0.5, 1, 1000, 7, 8, null, null]);
    const wrong = ['inf', '-Infinity', '1e400', '1_000', '0x1F', '1,5', 'one'];
    const said = await refusedTogether(wrong, 'float');
    for (const text of wrong) expect(said).toContain(`1 other values such as "${text}"`);
    expect(await read('x\n1\ninf\n1e400\n', [column('x', 'float')], { infinities: 'missing' })).toHaveLength(3);
  });

  it('are whole numbers when they look like one', async () => {
    expect((await read('n\n5\n+6\n-7\n', [column('n', 'integer')])).flat()).toEqual([-7n, 5n, 6n]);
    expect((await failureOf(ingestText('n\n1.0\n', [column('n', 'integer')]))).message).toContain('such as "1.0"');
    expect((await read('n\n1.0\n2.\n3\n', [column('n', 'integer')], { wholeFloats: true })).flat()).toEqual([1n, 2n, 3n]);
    const wrong = ['1.5', '9223372036854775808', '1e3'];
    const said = await refusedTogether(wrong, 'integer', { wholeFloats: true });
    for (const text of wrong) expect(said).toContain(`such as "${text}"`);
  });

  it('are booleans by the usual texts or by those that are given', async () => {
    expect((await read('b\ntrue\nNO\n1\n', [column('b', 'boolean')])).flat()).toEqual([false, true, true]);
    expect((await failureOf(ingestText('b\n1.0\n', [column('b', 'boolean')]))).message).toContain('such as "1.0"');
    const options = { trueTexts: ['1.0'], falseTexts: ['0.0'], nullTexts: ['NA'] };
    expect((await read('b\n1.0\n0.0\nNA\n', [column('b', 'boolean')], options)).flat()).toEqual([false, true, null]);
  });

  it('are moments in ISO-8601 or milliseconds, and nothing that only looks like one', async () => {
    const at = [column('t', 'timestamp')];
    const found = await read('t\n2001-01-01T02:00:00+02:00\n978307200000\n2001-01-01\n0\n', at);
    expect(found.flat().map((moment) => (moment as Date).toISOString())).toEqual([
      '1970-01-01T00:00:00.000Z',
      ...Array<string>(3).fill('2001-01-01T00:00:00.000Z'),
    ]);
    const wrong = ['20010101', '20010101120000', 'epoch', 'infinity', '12345-01-01', '2001-02-31', '9223372036854775807'];
    const said = await refusedTogether(wrong, 'timestamp');
    for (const text of wrong) expect(said).toContain(`1 other values such as "${text}"`);
  });
});

describe('the second count of rows', () => {
  it.each([
    ['a,b\n1,2\n3,4', 2],
    ['a,b\r\n1,"x\r\n,""y"\r\n\r\n3,4\r\n', 2],
    ['a\n1\n\n3\n', 3],
    ['a\r1\r2\r', 2],
    ['\ufeffa,b\n1,2\n', 1],
    ['a,b\nx"y,2\n"p"" q",3\n', 2],
  ])('of %j is %i', async (content, rows) => {
    const dialect = { delimiter: ',', quote: '"', escape: '"', comment: null };
    const shape = await scanCsv(await csvFile(content), dialect);
    expect(shape).toMatchObject({ rows, commentInRow: null });
    expect(shape.header?.[0]).toBe('a');
  });
});
