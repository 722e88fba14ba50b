import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { DatasetRef } from '../../../src/contracts/dataset.js';
import { withDuckDb } from '../../../src/data/duckdb.js';
import { literal } from '../../../src/contracts/sql-text.js';
import { modelInputsOf, modelInputSql } from '../../../src/data/model-inputs.js';
import { streamRows } from '../../../src/data/stream-rows.js';
import { feature } from '../../../src/features/feature.js';
import { createTestContext } from '../../test-context.js';
import { datasetOf, schemaOf, temporaryStore } from './tiny-source.js';

const MARK = '\ufeff';
const texts = fc.array(
  fc.tuple(fc.nat(2), fc.string({ unit: 'grapheme' })).map(([marks, text]) => MARK.repeat(marks) + text),
  { minLength: 1, maxLength: 6 },
);

it('a text leaves the engine as it went in, byte-order marks at its beginning included', async () => {
  const { scratch } = createTestContext(await temporaryStore());
  await withDuckDb({ scratch }, async (db) => {
    await fc.assert(
      fc.asyncProperty(texts, async (given) => {
        const rows = `(SELECT unnest([${given.map(literal).join(', ')}]) AS raw_text, unnest(range(${given.length})) AS n)`;
        const read = await db.query(`SELECT raw_text AS value FROM ${rows} ORDER BY n`);
        expect(read.map(({ value }) => value)).toEqual(given);
        const signature = {
          inputs: [{ name: 'text', datatype: 'BYTES', shape: [-1, 1], column: 'category', nullable: true }],
          outputs: [],
        } as const;
        const streamed: unknown[] = [];
        await db.use((connection) =>
          streamRows(connection, `SELECT ${modelInputSql(signature)} FROM ${rows} ORDER BY n`, given.length, (chunk) => {
            streamed.push(...(modelInputsOf(signature, chunk)['text'] ?? []));
          }),
        );
        expect(streamed).toEqual(given);
      }),
      { numRuns: 40 },
    );
  });
});

it('what is kept of categories tells one with a byte-order mark from one without', async () => {
  const store = await temporaryStore();
  const schema = schemaOf(
    { name: 'at', type: 'timestamp', nullable: false, eventTime: true },
    { name: `${MARK}word`, type: 'category', nullable: false },
    { name: 'label', type: 'integer', nullable: false },
  );
  const rows = `SELECT TIMESTAMP '2001-01-01' + to_hours(range::INTEGER) AS at, CASE WHEN range % 4 < 2 THEN ${literal(`${MARK}a`)} ELSE 'a' END AS "${MARK}word",
    (range % 2)::INTEGER AS label FROM range(16)`;
  const dataset: DatasetRef = await datasetOf(store, rows, schema);
  const config = {
    label: { task: 'binary', sql: 'label' },
    split: { by: 'time', testMs: 4 * 3_600_000 },
    columns: { is: { transform: 'one_hot', column: `${MARK}word`, maxCategories: 9 } },
  } as const;
  const made = await feature({ config, inputs: { dataset }, arguments: {} }, createTestContext(store));
  const json = async (name: string): Promise<unknown> => JSON.parse((await store.readFile(made, name)).toString('utf8'));
  const [encoders, profile, samples] = [await json('encoders.json'), await json('profile.json'), await json('samples.json')];
  expect(encoders).toMatchObject({ encoders: [{ categories: [expect.any(String), expect.any(String)] }] });
  expect(JSON.stringify(encoders)).toContain(`["a","${MARK}a"]`);
  expect(profile).toMatchObject({ columns: { [`${MARK}word`]: { categories: ['a', `${MARK}a`] } } });
  expect(new Set((samples as Record<string, unknown>[]).map((row) => row[`${MARK}word`]))).toEqual(new Set(['a', `${MARK}a`]));
});
