import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, it } from '@jest/globals';
import { col, column, gt, schema, sql } from '../../../src/index.js';
import { textOf } from './row-texts.js';

describe('a SQL expression', () => {
  it('turns values into literals, and expressions into SQL in brackets', () => {
    const rows = schema('rows', { delay: col.float(), carrier: col.category(), late: col.boolean() });
    expect(textOf(sql`${rows.delay} > ${15} AND ${rows.carrier} = ${"O'Hare"} AND ${rows.late} = ${true}`)).toBe(
      "delay > 15 AND carrier = 'O''Hare' AND late = TRUE",
    );
    expect(textOf(sql('delay > 15'))).toBe('delay > 15');
    expect(textOf(sql`coalesce(${gt(rows.delay, 15)}, ${rows.late})`)).toBe('coalesce((delay > 15), late)');
  });

  it('writes a negative number so that no minus before it makes a comment', () => {
    const rows = schema('rows', { delay: col.float() });
    expect(textOf(sql`${rows.delay} -${-5} > 0`)).toBe('delay -(-5) > 0');
  });

  it('takes columns as values: their names, quoted where they would mean something else', () => {
    const trips = schema('trips', { delay: col.float(), 'a "b"': col.float(), order: col.integer(), Select: col.integer() });
    const text = textOf(sql`${trips.delay} > ${15} AND ${trips['a "b"']} < ${trips.order} + ${trips.Select}`);
    expect(text).toBe('delay > 15 AND "a ""b""" < "order" + "Select"');
  });

  it('names a column that is a keyword of the engine as that column', async () => {
    const connection = await (await DuckDBInstance.create()).connect();
    const words = (await connection.runAndReadAll('SELECT DISTINCT keyword_name FROM duckdb_keywords()')).getRows();
    const names = words.map(([word]) => String(word));
    const keywords = schema('keywords', Object.fromEntries(names.map((name) => [name, col.integer()])));
    const table = names.map((name, index) => `${index} AS "${name}"`).join(', ');
    const read = names.map((name) => textOf(sql`${column(keywords, name)}`)).join(', ');
    const [row = []] = (await connection.runAndReadAll(`SELECT ${read} FROM (SELECT ${table})`)).getRows();
    expect(row).toEqual(names.map((_, index) => index));
    connection.closeSync();
  });

  it('refuses values without a literal', () => {
    expect(() => sql`delay > ${NaN}`).toThrow(expect.objectContaining({ code: 'AUTHORING_INVALID_SQL' }));
  });
});
