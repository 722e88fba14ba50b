import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, it } from '@jest/globals';
import { streamRows } from '../../../src/data/stream-rows.js';

const connection = await (await DuckDBInstance.create(':memory:')).connect();
const NUMBERS = 'SELECT range::INTEGER AS n FROM range(10_000)';

describe('streamRows', () => {
  it('gives every row once, with the number of rows before', async () => {
    const seen: [number, number][] = [];
    await streamRows(connection, NUMBERS, 10_000, (chunk, before) => {
      seen.push([before, Number(chunk.getColumnVector(0).getItem(0))]);
    });
    expect(seen.length).toBeGreaterThan(1);
    for (const [before, first] of seen) expect(first).toBe(before);
  });

  it('refuses a result that another statement has ended', async () => {
    const read = streamRows(connection, NUMBERS, 10_000, async () => {
      await connection.run("SET TimeZone = 'UTC'");
    });
    await expect(read).rejects.toMatchObject({ code: 'DATA_QUERY_FAILED' });
  });

  it.each([9_999, 10_001])('refuses a result that has not %i rows, and takes none beyond', async (rows) => {
    let taken = 0;
    const read = streamRows(connection, NUMBERS, rows, (chunk) => {
      taken += chunk.rowCount;
    });
    await expect(read).rejects.toMatchObject({ code: 'DATA_QUERY_FAILED' });
    expect(taken).toBeLessThanOrEqual(rows);
  });
});
