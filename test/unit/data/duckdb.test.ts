import { copyFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { withDuckDb } from '../../../src/data/duckdb.js';
import { readDoubleColumns, readNumericColumns } from '../../../src/data/read-columns.js';
import { failureOf, sourceFile, temporaryFolder } from './tiny-source.js';

describe('the data engine', () => {
  it('gives integers as numbers and dates only as text', async () => {
    const scratch = await temporaryFolder();
    await withDuckDb({ scratch }, async (db) => {
      expect(await db.query("SELECT 7::BIGINT AS a, 'x' AS b, NULL AS c, true AS d")).toEqual([
        { a: 7, b: 'x', c: null, d: true },
      ]);
      await expect(db.query("SELECT TIMESTAMP '2001-01-01' AS t")).rejects.toThrow('cast it in SQL');
    });
  });

  it('interrupts a running query when the signal aborts and rejects with its reason', async () => {
    const controller = new AbortController();
    const reason = new Error('cancelled');
    const started = Date.now();
    const running = withDuckDb({ scratch: await temporaryFolder(), signal: controller.signal }, (db) =>
      db.query('SELECT sum(range) FROM range(100000000000)'),
    );
    setTimeout(() => {
      controller.abort(reason);
    }, 100);
    await expect(running).rejects.toBe(reason);
    expect(Date.now() - started).toBeLessThan(10_000);
  });

  it('codes wrong SQL, a full disk and too little memory apart', async () => {
    const codes = await withDuckDb({ scratch: await temporaryFolder(), memoryMiB: 40 }, async (db) => [
      (await failureOf(db.run('SELECT nope'))).code,
      process.platform === 'linux'
        ? (await failureOf(db.run("COPY (SELECT range FROM range(5000000)) TO '/dev/full'"))).code
        : 'DATA_SCRATCH_FULL',
      (await failureOf(db.query('SELECT len(list(range)) FROM range(50000000)'))).code,
    ]);
    expect(codes).toEqual(['DATA_QUERY_FAILED', 'DATA_SCRATCH_FULL', 'DATA_MEMORY_EXCEEDED']);
  });

  it('reads the file that is there, also when another lay in its place a moment ago', async () => {
    const scratch = await temporaryFolder();
    const [source, copy] = [join(scratch, 'source.parquet'), join(scratch, 'copy.parquet')];
    await withDuckDb({ scratch }, async (db) => {
      for (let n = 0; n < 20; n += 1) {
        await copyFile(await sourceFile(`SELECT ${n} AS a FROM range(300)`), source);
        await db.run(`COPY (SELECT * FROM read_parquet('${source}')) TO '${copy}' (FORMAT parquet)`);
        expect(await db.query(`SELECT min(a) AS least, max(a) AS most FROM read_parquet('${copy}')`)).toEqual([
          { least: n, most: n },
        ]);
        for (const path of [source, copy]) await rm(path);
      }
    });
  });

  it('does not blame SQL of the reader, who may have written none', async () => {
    const scratch = await temporaryFolder();
    const { message } = await withDuckDb({ scratch }, (db) => failureOf(db.run('SELECT nope')));
    expect(message).toContain('nope');
    expect(message).not.toMatch(/\byours?\b/i);
  });
});

describe('reading columns', () => {
  it('reads several files in order into dense arrays, null as NaN', async () => {
    const paths = [
      await sourceFile('SELECT range AS a, CASE WHEN range % 2 = 0 THEN range / 10 END AS b FROM range(5000)'),
      await sourceFile('SELECT range + 5000 AS a, 0.1 AS b FROM range(10)'),
    ];
    const scratch = await temporaryFolder();
    const { rows, columns } = await withDuckDb({ scratch }, (db) =>
      db.use((connection) => readNumericColumns(connection, paths, ['b', 'a'])),
    );
    expect(rows).toBe(5010);
    expect([...columns.keys()]).toEqual(['b', 'a']);
    expect(columns.get('a')?.every((value, row) => value === row)).toBe(true);
    expect(Array.from(columns.get('b')?.slice(0, 4) ?? [])).toEqual([0, NaN, Math.fround(0.2), NaN]);
    expect(columns.get('b')?.[5009]).toBe(Math.fround(0.1));
  });

  it('keeps float64 where asked', async () => {
    const path = await sourceFile('SELECT 0.1::DOUBLE AS y');
    const scratch = await temporaryFolder();
    const { columns } = await withDuckDb({ scratch }, (db) => db.use((connection) => readDoubleColumns(connection, path, ['y'])));
    expect(columns.get('y')?.[0]).toBe(0.1);
  });
});
