import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { JsonValue } from '../../../src/contracts/json.js';
import { holdsStored } from '../../../src/contracts/store/stored-value.js';
import type { ArtifactStore } from '../../../src/store/artifacts/artifact-store.js';
import { createArtifactStore } from '../../../src/store/artifacts/create-artifact-store.js';
import { openObjectStore } from '../../../src/store/open-store.js';
import { jsonBytes, loadParts, readOperand, storeParts, storeValue } from '../../../src/store/values/stored-values.js';
import { ByteBudget, RESULT_BYTES } from '../../../workflows/scope/byte-budget.js';
import { wantedOf, withOperands } from '../../../workflows/scope/scope-facts.js';

let folder: string;
let artifacts: ArtifactStore;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'perennial-stored-'));
  artifacts = createArtifactStore(await openObjectStore(folder));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const text = (length: number): string => 'é'.repeat(length / 2);

describe('a value that is too large for a history', () => {
  const values: { readonly [name: string]: JsonValue } = {
    text: text(9_000),
    list: Array.from({ length: 2_000 }, (_, n) => n),
    'one large field': { small: 1, large: text(9_000), other: 'kept' },
    'many small fields': Object.fromEntries(Array.from({ length: 900 }, (_, n) => [`f${n}`, n])),
    'large fields beside small ones': { a: text(3_000), b: text(3_000), c: null, d: { e: text(3_000) }, f: false },
  };

  it.each(Object.entries(values))('"%s" is cut to what is granted and comes back as it was', async (_, value) => {
    const small = await storeParts(artifacts, value, 2_048);
    expect(jsonBytes(small)).toBeLessThanOrEqual(2_048);
    expect(holdsStored(small)).toBe(true);
    expect(await loadParts(artifacts, small)).toEqual(value);
  });

  it('keeps its small fields where the workflow can read them', async () => {
    expect(await storeParts(artifacts, { decision: 'blessed', rows: text(9_000) }, 1_024)).toMatchObject({ decision: 'blessed' });
  });

  it('is left as it is when it fits', async () => {
    const value = { a: text(400) };
    expect(await storeParts(artifacts, value, 1_024)).toBe(value);
  });

  it('says which part is not there, unless it may be absent', async () => {
    const stored = { ...(await storeValue(artifacts, { a: { b: 1 } })), path: ['a', 'c'] };
    await expect(loadParts(artifacts, { x: stored })).rejects.toMatchObject({ code: 'EXECUTION_INPUT_MISSING' });
    expect(await loadParts(artifacts, { x: { ...stored, optional: true } })).toEqual({ x: null });
  });

  it('is seen by conditions with what they read in its place', async () => {
    const value = { metrics: { auc: 0.7, rows: text(9_000), list: [1], deep: { x: null } } };
    const small = await storeParts(artifacts, value, 1_024);
    const paths = [['metrics', 'auc'], ['metrics', 'list'], ['metrics', 'deep', 'x'], ['metrics', 'absent'], ['other']];
    const wanted = wantedOf(small, paths);
    const read = await Promise.all(wanted.map(({ stored }) => readOperand(artifacts, stored)));
    expect(withOperands(small, wanted, read)).toEqual({ metrics: { auc: 0.7, list: [], deep: { x: null } } });
  });
});

describe('the budget of a run', () => {
  it('lets few results through whole, and bounds any number of them, at once or one by one', () => {
    const first = new ByteBudget(RESULT_BYTES);
    expect(first.grant()).toBe(RESULT_BYTES.most);
    const atOnce = new ByteBudget(RESULT_BYTES);
    const granted = Array.from({ length: 1_000 }, () => atOnce.grant());
    expect(granted.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThan(RESULT_BYTES.total + 1_000 * RESULT_BYTES.least);
    const oneByOne = new ByteBudget(RESULT_BYTES);
    let used = 0;
    for (let step = 0; step < 1_000; step++) {
      const bytes = oneByOne.grant();
      oneByOne.settle(bytes, bytes);
      used += bytes;
    }
    expect(used).toBeLessThan(RESULT_BYTES.total + 1_000 * RESULT_BYTES.least);
  });

  it('takes back what was not used', () => {
    const budget = new ByteBudget(RESULT_BYTES);
    for (let step = 0; step < 10_000; step++) budget.settle(budget.grant(), 10);
    expect(budget.grant()).toBeGreaterThan(RESULT_BYTES.most / 2);
  });
});
