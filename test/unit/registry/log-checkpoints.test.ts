import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { ModelVersion } from '../../../src/contracts/model.js';
import { createRegistry } from '../../../src/registry/create-registry.js';
import type { Registry } from '../../../src/registry/registry.js';
import { CHECKPOINT_EVERY } from '../../../src/store/log/log-checkpoints.js';
import { padded } from '../../../src/store/log/padded.js';
import { createCountedStore } from './counted-store.js';
import { registration } from './registry-cases.js';

const model = 'flight-delay';
const CHECKPOINTS = `models/${model}/log-checkpoints/1/`;
/** Register, promote, register, reject: four entries each. */
const ROUNDS = 75;
const broken = expect.objectContaining({ code: 'REGISTRY_LOG_BROKEN' });

const { store, contents, calls, reset } = createCountedStore();
const costs: { readonly entries: number; readonly gets: number; readonly lists: number }[] = [];
let champion: number | null = null;
let entries = 0;

/** One change, by a process of its own, on a day of its own: what was registered within an hour is looked through. */
async function change<T>(work: (registry: Registry) => Promise<T>): Promise<T> {
  jest.setSystemTime(Date.now() + 86_400_000);
  reset();
  const result = await work(createRegistry(store));
  costs.push({ entries, gets: calls.get, lists: calls.list });
  return result;
}

const promote = async (version: number, workflowId: string): Promise<void> => {
  const basis = { person: 'ann', reason: 'better' };
  await change((registry) => registry.promote({ model, version, expectedChampion: champion, basis, workflowId }));
  champion = version;
};

const register = (run: string): Promise<ModelVersion> => {
  contents.set(`artifacts/model/model-${run}.json`, Buffer.from('{}'));
  return change((registry) => registry.register(registration(run)));
};

beforeAll(async () => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate', 'setTimeout', 'setInterval', 'performance'] });
  for (let round = 0; round < ROUNDS; round += 1) {
    const good = await register(`good-${round}`);
    await promote(good.version, `good-${round}`);
    const bad = await register(`bad-${round}`);
    await change((registry) => registry.reject({ model, version: bad.version, reasons: ['worse'], workflowId: `bad-${round}` }));
    entries += 4;
  }
});

afterAll(() => {
  jest.useRealTimers();
});

/** What is done to a copy of the store stays there. */
function copyOf(): ReturnType<typeof createCountedStore> {
  const copy = createCountedStore();
  for (const [key, bytes] of contents) copy.contents.set(key, bytes);
  return copy;
}

describe('the log of a model with 300 entries', () => {
  it('costs each change as many reads as a short one, and little on average', () => {
    expect(costs).toHaveLength(4 * ROUNDS);
    const most = (some: typeof costs): number => Math.max(...some.map(({ gets }) => gets));
    const short = costs.filter(({ entries: before }) => before >= 2 * CHECKPOINT_EVERY && before < 100);
    const long = costs.filter(({ entries: before }) => before >= 200);
    expect(most(long)).toBeLessThanOrEqual(most(short));
    expect(most(costs)).toBeLessThanOrEqual(2 * CHECKPOINT_EVERY + 20);
    expect(costs.reduce((sum, { gets }) => sum + gets, 0) / costs.length).toBeLessThan(30);
    expect(Math.max(...costs.map(({ lists }) => lists))).toBeLessThanOrEqual(4);
  });

  it('costs a roll-back, a challenger, a withdrawal, an old version and a look at moves no more', async () => {
    const { store: copy, calls: counted, reset: again } = copyOf();
    const cost = async (work: (registry: Registry) => Promise<unknown>): Promise<void> => {
      again();
      await work(createRegistry(copy));
      expect(counted.get).toBeLessThanOrEqual(3 * CHECKPOINT_EVERY + 20);
    };
    const basis = { person: 'ann', reason: 'as before' };
    await cost((registry) => registry.rollback({ model, by: 'ann', reason: 'errors', workflowId: 'rollback' }));
    await cost((registry) => registry.setAlias({ model, alias: 'challenger', version: 3, basis, workflowId: 'try' }));
    const now = (await createRegistry(copy).alias(model, 'champion'))?.record.version ?? null;
    await cost((registry) => registry.promote({ model, version: 1, expectedChampion: now, basis, workflowId: 'old' }));
    await cost((registry) => registry.withdraw({ model, version: 1, by: 'old', reason: 'unwell', workflowId: 'old' }));
    await cost(async (registry) => {
      expect((await registry.movesBy(model, 'old')).map(({ version }) => version)).toContain(1);
      expect(await registry.moves(model, 2)).toMatchObject([{ alias: 'champion', version: 1, previous: null }]);
    });
    expect(await createRegistry(copy).verifyLog(model)).toEqual({ entries: 4 * ROUNDS + 4 });
  });

  it('knows a request that was carried out before, however many entries ago a checkpoint was', async () => {
    const again = { model, version: 2 * ROUNDS - 5, reasons: ['worse'], workflowId: `bad-${ROUNDS - 3}` };
    const { store: copy, contents: kept } = copyOf();
    const version = 2 * (ROUNDS - 3) + 2;
    await createRegistry(copy).reject({ ...again, version });
    expect(kept.size).toBe(contents.size);
  });

  it('has a checkpoint at least every 16 entries, each of them what the entries come to', async () => {
    const numbers = [...contents.keys()].flatMap((key) => (key.startsWith(CHECKPOINTS) ? [Number(key.slice(-11, -5))] : []));
    expect(numbers.length).toBeGreaterThanOrEqual(Math.floor((4 * ROUNDS) / CHECKPOINT_EVERY) - 1);
    expect(Math.max(...numbers)).toBeGreaterThan(4 * ROUNDS - 2 * CHECKPOINT_EVERY);
    expect(await createRegistry(store).verifyLog(model)).toEqual({ entries: 4 * ROUNDS });
  });

  it('is read whole where its checkpoints cannot be used, and verifyLog says which does not hold', async () => {
    const state = await createRegistry(store).movesBy(model, `good-${ROUNDS - 1}`);
    const keys = [...contents.keys()].filter((key) => key.startsWith(CHECKPOINTS)).sort();
    const damage: readonly ((bytes: Buffer) => Buffer)[] = [
      () => Buffer.from('{"n":'),
      (bytes) => Buffer.from(bytes.toString().replace(/"hash":"[0-9a-f]{64}"/, `"hash":"${'0'.repeat(64)}"`)),
    ];
    for (const break_ of damage) {
      const { store: copy, contents: copied } = copyOf();
      for (const key of keys) copied.set(key, break_(copied.get(key) ?? Buffer.alloc(0)));
      expect(await createRegistry(copy).movesBy(model, `good-${ROUNDS - 1}`)).toEqual(state);
      await expect(createRegistry(copy).verifyLog(model)).rejects.toEqual(broken);
    }
    const { store: altered, contents: some } = copyOf();
    const key = keys.at(-1) ?? '';
    some.set(key, Buffer.from((some.get(key)?.toString() ?? '').replace('"champions":[1,', '"champions":[2,')));
    await expect(createRegistry(altered).verifyLog(model)).rejects.toThrow(key);
  });

  it('gets its first checkpoint with the next decision where a release before this one wrote it', async () => {
    const { store: copy, contents: kept, calls: counted, reset: again } = copyOf();
    for (const key of kept.keys()) if (key.startsWith(CHECKPOINTS)) kept.delete(key);
    await createRegistry(copy).rollback({ model, by: 'ann', reason: 'errors', workflowId: 'rollback' });
    expect(kept.has(`${CHECKPOINTS}${padded(4 * ROUNDS + 1)}.json`)).toBe(true);
    again();
    await createRegistry(copy).rollback({ model, by: 'ann', reason: 'errors', workflowId: 'once more' });
    expect(counted.get).toBeLessThanOrEqual(20);
  });
});
