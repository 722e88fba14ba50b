import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, it } from '@jest/globals';
import { col, column, schema } from '../../../src/index.js';
import { columnsIn, sql } from '../../../src/pipeline/options/sql.js';

describe('a SQL expression', () => {
  it('turns values into literals', () => {
    expect(sql`delay > ${15} AND carrier = ${"O'Hare"} AND late = ${true}`).toEqual({
      sql: "delay > 15 AND carrier = 'O''Hare' AND late = TRUE",
      columns: [],
    });
    expect(sql('delay > 15').sql).toBe('delay > 15');
  });

  it('takes columns as values: their names, quoted where they would mean something else', () => {
    const trips = schema('trips', { delay: col.float(), 'a "b"': col.float(), order: col.integer(), Select: col.integer() });
    const { sql: text, columns } = sql`${trips.delay} > ${15} AND ${trips['a "b"']} < ${trips.order} + ${trips.Select}`;
    expect(text).toBe('delay > 15 AND "a ""b""" < "order" + "Select"');
    expect(columns).toEqual([trips.delay, trips['a "b"'], trips.order, trips.Select]);
  });

  it('names a column that is a keyword of the engine as that column', async () => {
    const connection = await (await DuckDBInstance.create()).connect();
    const words = (await connection.runAndReadAll('SELECT DISTINCT keyword_name FROM duckdb_keywords()')).getRows();
    const names = words.map(([word]) => String(word));
    const keywords = schema('keywords', Object.fromEntries(names.map((name) => [name, col.integer()])));
    const table = names.map((name, index) => `${index} AS "${name}"`).join(', ');
    const read = names.map((name) => sql`${column(keywords, name)}`.sql).join(', ');
    const [row = []] = (await connection.runAndReadAll(`SELECT ${read} FROM (SELECT ${table})`)).getRows();
    expect(row).toEqual(names.map((_, index) => index));
    connection.closeSync();
  });

  it('refuses values without a literal', () => {
    expect(() => sql`delay > ${NaN}`).toThrow(expect.objectContaining({ code: 'AUTHORING_INVALID_SQL' }));
  });

  it('names columns bare in any case, or quoted, but not inside strings and comments', () => {
    const known = ['delay', 'origin', 'a "b"', 'Carrier', 'hidden', 'noted'];
    const expression = sql(`DELAY > 15 AND "a ""b""" IS NULL AND carrier <> 'hidden it''s' -- noted\n/* origin */`);
    expect(columnsIn(expression, known)).toEqual(['delay', 'a "b"', 'Carrier']);
  });
});
