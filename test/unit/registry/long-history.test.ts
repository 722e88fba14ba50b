import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ArtifactRef } from '../../../src/contracts/artifact.js';
import type { ModelVersion } from '../../../src/contracts/model.js';
import { createRegistry } from '../../../src/registry/create-registry.js';
import { padded } from '../../../src/store/log/padded.js';
import { sha256Hex } from '../../../src/store/hash.js';
import { recordBytes } from '../../../src/store/json/json-record.js';
import { createCountedStore } from './counted-store.js';

const VERSIONS = 500;

let { store, contents, calls, reset } = createCountedStore();

const artifact = (n: number): ArtifactRef<'model'> => ({
  kind: 'model',
  id: String(n).padStart(16, '0'),
  sha256: String(n).padStart(64, '0'),
  bytes: 1,
  uri: '',
  meta: {},
});
const input = (n: number) => ({
  model: 'm',
  artifact: artifact(n),
  evaluation: null,
  metrics: {},
  window: { from: '', to: '' },
  workflowId: `w${n}`,
  runId: 'r',
});

/** A model of years: a version each day, each registered in the log. */
const history = new Map<string, Buffer>();
function fill(): void {
  let previousHash = '0'.repeat(64);
  for (let version = 1; version <= VERSIONS; version += 1) {
    const registeredAt = new Date(Date.now() - (VERSIONS + 1 - version) * 86_400_000).toISOString();
    const record: ModelVersion = { ...input(version), version, registeredAt };
    const bytes = recordBytes(record);
    history.set(`models/m/versions/${version}.json`, bytes);
    const entry = recordBytes({
      n: version,
      at: registeredAt,
      previousHash,
      action: 'register',
      version,
      from: null,
      alias: null,
      by: 'w',
      reason: 'r',
      workflowId: `w${version}`,
      details: { artifact: record.artifact.id, record: sha256Hex(bytes) },
    });
    history.set(`models/m/log/${padded(version)}.json`, entry);
    previousHash = sha256Hex(entry);
  }
  history.set(`artifacts/model/${artifact(VERSIONS + 1).id}.json`, Buffer.from('{}'));
}

beforeAll(fill);
beforeEach(() => {
  ({ store, contents, calls, reset } = createCountedStore());
  for (const [key, bytes] of history) contents.set(key, bytes);
});

describe('a model of 500 versions', () => {
  it('takes a further one with a handful of reads, and the same again without another entry', async () => {
    const first = await createRegistry(store).register(input(VERSIONS + 1));
    expect(first.version).toBe(VERSIONS + 1);
    expect(calls.get).toBeLessThanOrEqual(6);
    expect(calls.list).toBeLessThanOrEqual(3);
    reset();
    expect(await createRegistry(store).register(input(VERSIONS + 1))).toEqual(first);
    expect(calls.get).toBeLessThanOrEqual(6);
    expect((await createRegistry(store).log('m')).length).toBe(VERSIONS + 1);
    expect(await createRegistry(store).verifyLog('m')).toEqual({ entries: VERSIONS + 1 });
  });

  it('finishes a registration that was cut off between record and log', async () => {
    const record = { ...input(VERSIONS + 1), version: VERSIONS + 1, registeredAt: new Date().toISOString() };
    contents.set(`models/m/versions/${VERSIONS + 1}.json`, recordBytes(record));
    expect((await createRegistry(store).register(input(VERSIONS + 1))).version).toBe(VERSIONS + 1);
    expect((await createRegistry(store).log('m')).at(-1)).toMatchObject({ action: 'register', version: VERSIONS + 1 });
  });

  it('gives its numbers by a list, one version and one alias by a read each', async () => {
    const registry = createRegistry(store);
    expect((await registry.numbers('m')).length).toBe(VERSIONS);
    expect(calls).toEqual({ get: 0, list: 1, other: 0 });
    reset();
    await registry.version('m', 250);
    await registry.alias('m', 'champion');
    expect(calls).toEqual({ get: 2, list: 0, other: 0 });
  });

  it('numbers racing registrations one after the other', async () => {
    const made = await Promise.all([1, 2, 3].map((n) => createRegistry(store).register(input(VERSIONS + n))));
    expect(made.map(({ version }) => version).sort()).toEqual([1, 2, 3].map((n) => VERSIONS + n));
    expect(await createRegistry(store).verifyLog('m')).toEqual({ entries: VERSIONS + 3 });
  });
});
