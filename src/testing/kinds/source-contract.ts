import { aKind, anObject } from '../../errors/kinds.js';
import { checkCall } from '../../errors/check-call.js';
import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonObject } from '../../contracts/json.js';
import { withDuckDb } from '../../data/duckdb.js';
import { materialize } from '../../data/source/materialize.js';
import { wholeRelation } from '../../data/source/open-source.js';
import type { LoadedSource } from '../../data/source-kind.js';
import type { ContractCase } from './contract-case.js';

/**
 * What `p.ingest` counts on in a source that was added, for any test framework.
 * @param options - with the defaults put in, of a source that has at least one row and stays as it is during the test.
 */
export function sourceContract(
  made: { readonly kind: LoadedSource },
  options: { readonly [name: string]: unknown },
): readonly ContractCase[] {
  checkCall('sourceContract', { constructor: made, options }, { constructor: aKind, options: anObject });
  const { kind } = made;
  const source = { format: kind.name, options: options as JsonObject };
  const rowsOf = (signal = new AbortController().signal): Promise<readonly object[]> =>
    inFolder(async (scratch) => {
      const files = await materialize(source, { window: null, columns: [], folder: join(scratch, 'source'), signal });
      return withDuckDb({ scratch }, async (db) => db.query(`SELECT * FROM ${await wholeRelation(db, files)} ORDER BY ALL`));
    });
  return [
    {
      title: `${kind.name} gives rows that the engine reads, and the same ones again`,
      run: async () => {
        const rows = await rowsOf();
        assert.ok(rows.length > 0, 'it gave no row');
        assert.deepEqual(await rowsOf(), rows);
      },
    },
    {
      title: `${kind.name} gives up when it is aborted, and leaves nothing outside its folder`,
      run: async () => {
        const before = await readdir(process.cwd());
        await assert.rejects(rowsOf(AbortSignal.abort(new Error('aborted'))));
        assert.deepEqual(await readdir(process.cwd()), before);
      },
    },
    {
      title: `${kind.name} says the same of its state as long as its rows are the same`,
      run: async () => {
        if (kind.state === undefined) return;
        const ask = (): Promise<unknown> | undefined => kind.state?.(source.options, new AbortController().signal);
        const state = await ask();
        assert.equal(typeof state, 'string');
        assert.equal(await ask(), state);
      },
    },
    {
      title: `${kind.name} leaves its options as they are`,
      run: async () => {
        const before = JSON.stringify(options);
        await rowsOf();
        assert.equal(JSON.stringify(options), before);
      },
    },
  ];
}

async function inFolder<Result>(work: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'perennial-source-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
