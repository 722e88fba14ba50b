import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fs from 'node:fs/promises';
import type { RegistryLogEntry } from '../../../src/contracts/model.js';
import type { EvaluationMeta } from '../../../src/contracts/stages/evaluate.js';
import { createRegistry } from '../../../src/registry/create-registry.js';
import { RegistryLog } from '../../../src/registry/registry-log.js';
import type { PromoteInput, Registry } from '../../../src/registry/registry.js';
import { openObjectStore } from '../../../src/store/open-store.js';
import type { ObjectStore } from '../../../src/store/port.js';
import { evaluationRef, registration, temporaryFolder } from './registry-cases.js';

const model = 'flight-delay';
let folder = '';
let objects: ObjectStore;
let registry: Registry;
beforeEach(async () => {
  folder = await temporaryFolder();
  objects = await openObjectStore(folder);
  registry = createRegistry(objects);
  for (const run of ['r1', 'r2', 'r3']) await registry.register(registration(run));
});
afterEach(() => fs.rm(folder, { recursive: true, force: true }));

const promote = (version: number, against: number | null, meta: Partial<EvaluationMeta> = {}) =>
  registry.promote({
    model,
    version,
    by: 'deploy',
    reason: 'better',
    workflowId: `r${version}`,
    basis: { evaluation: evaluationRef(against, meta) },
  });
const champion = async (): Promise<number | null> => (await registry.alias(model, 'champion'))?.record.version ?? null;
/** As of an evaluation that is older than the statement of what it was compared with. */
const silentMeta = (): EvaluationMeta =>
  JSON.parse(JSON.stringify({ ...evaluationRef(null).meta, comparedWith: undefined })) as EvaluationMeta;
const refused = expect.objectContaining({ code: 'REGISTRY_BASIS_REFUSED' });

describe('a promotion by a person', () => {
  it('that is asked again does not undo what somebody decided since', async () => {
    const byHand = (version: number, expectedChampion: number | null) =>
      registry.promote({
        model,
        version,
        workflowId: `hand-${version}`,
        expectedChampion,
        basis: { person: 'ada', reason: 'complaints' },
      });
    await byHand(1, null);
    await byHand(2, 1);
    await byHand(3, 2);
    // The retry of an activity looks at the champion anew.
    await expect(byHand(2, 3)).rejects.toMatchObject({ code: 'REGISTRY_RACE_LOST' });
    expect(await champion()).toBe(3);
    expect(await byHand(3, 3)).toMatchObject({ version: 3 });
  });
});

describe('a promotion by an evaluation', () => {
  it('replaces the champion that the evaluation was compared with, and says so in the log and the alias', async () => {
    await promote(1, null);
    await promote(2, 1);
    expect((await registry.log(model)).slice(-2).map(({ details }) => details)).toEqual([
      { basis: { evaluation: 'e-none', comparedWith: null } },
      { basis: { evaluation: 'e-1', comparedWith: { version: 1 } } },
    ]);
    const alias = await registry.alias(model, 'champion');
    expect(alias?.record).toMatchObject({ version: 2, basis: { evaluation: 'e-1', comparedWith: { version: 1 } } });
  });

  it('never replaces another champion', async () => {
    await promote(1, null);
    await promote(2, 1);
    for (const against of [1, null, 3]) await expect(promote(3, against)).rejects.toMatchObject({ code: 'REGISTRY_RACE_LOST' });
    expect(await champion()).toBe(2);
  });

  it('is refused unless the evaluation blessed this very version and says what it was compared with', async () => {
    await expect(promote(1, null, { decision: 'inconclusive' })).rejects.toThrow(
      /evaluation e-none of version 1 is inconclusive/,
    );
    await expect(promote(1, null, { model: 'other' })).rejects.toEqual(refused);
    await expect(promote(1, null, { candidate: 'model-r2' })).rejects.toThrow(/judged model artifact model-r2, not model-r1/);
    const evaluation = { ...evaluationRef(null), meta: silentMeta() };
    const request = { model, version: 1, by: 'deploy', reason: 'better', workflowId: 'r1', basis: { evaluation } };
    await expect(registry.promote(request)).rejects.toThrow(/does not say with which champion/);
    expect(await registry.log(model)).toHaveLength(3);
  });

  it('takes the champion from the comparison of an evaluation that is older than the statement', async () => {
    const gate = { metric: 'roc_auc', challenger: 0.7, opponent: 0.6, delta: 0.1, deltaLow: 0.05, deltaHigh: 0.2 };
    const evaluation = {
      ...evaluationRef(null),
      meta: { ...silentMeta(), gate: { ...gate, opponentKind: 'baseline' as const, opponentVersion: null } },
    };
    const request = { model, version: 1, by: 'deploy', reason: 'better', workflowId: 'r1', basis: { evaluation } };
    expect(await registry.promote(request)).toMatchObject({ basis: { comparedWith: null } });
  });
});

describe('a move by a person', () => {
  it.each([
    ['no name', { person: ' ', reason: 'late trains' }],
    ['no reason', { person: 'ann', reason: '' }],
    ['nothing at all', undefined],
  ])('is refused with %s', async (_, basis) => {
    const input = { model, version: 1, expectedChampion: null, workflowId: 'r1', basis } as PromoteInput;
    await expect(registry.promote(input)).rejects.toEqual(refused);
    const challenge = { model, alias: 'challenger' as const, version: 1, workflowId: 'r1', basis } as Parameters<
      Registry['setAlias']
    >[0];
    await expect(registry.setAlias(challenge)).rejects.toEqual(refused);
    expect(await registry.log(model)).toHaveLength(3);
  });

  it('is refused as a rollback without a reason', async () => {
    await promote(1, null);
    await promote(2, 1);
    await expect(registry.rollback({ model, by: 'ann', reason: ' ', workflowId: 'x' })).rejects.toEqual(refused);
    expect(await champion()).toBe(2);
  });
});

describe('a withdrawal', () => {
  it('undoes the promotion of the same roll-out, and takes the alias from a first champion', async () => {
    await promote(1, null);
    await promote(2, 1);
    const withdraw = (version: number) =>
      registry.withdraw({ model, version, by: 'deploy', reason: 'unhealthy', workflowId: `r${version}` });
    expect(await withdraw(2)).toEqual({ withdrawn: true, champion: 1 });
    expect(await withdraw(2)).toEqual({ withdrawn: false, champion: 1 });
    expect(await champion()).toBe(1);
    // What made version 1 champion again is the withdrawal, no promotion of its own.
    expect(await withdraw(1)).toEqual({ withdrawn: false, champion: 1 });
    await expect(promote(2, 1)).rejects.toMatchObject({ code: 'REGISTRY_RACE_LOST' });
  });

  it('leaves no alias behind when there was no champion before', async () => {
    await promote(1, null);
    await registry.withdraw({ model, version: 1, by: 'deploy', reason: 'unhealthy', workflowId: 'r1' });
    expect(await registry.alias(model, 'champion')).toBeNull();
    expect(await promote(2, null)).toMatchObject({ version: 2 });
    expect(await registry.alias(model, 'previous')).toBeNull();
    await registry.verifyLog(model);
  });

  it('leaves a promotion by somebody else alone', async () => {
    await promote(1, null);
    const withdraw = { model, version: 1, by: 'deploy', reason: 'late', workflowId: 'another' };
    expect(await registry.withdraw(withdraw)).toEqual({ withdrawn: false, champion: 1 });
  });
});

describe('the log itself', () => {
  const draft = (change: Partial<RegistryLogEntry>) => ({
    action: 'promote' as const,
    version: 1,
    from: null,
    alias: 'champion' as const,
    by: 'x',
    reason: 'y',
    workflowId: 'r1',
    details: {},
    ...change,
  });

  it.each([
    ['says nothing', draft({})],
    ['names another champion', draft({ details: { basis: { evaluation: 'e', comparedWith: { version: 2 } } } })],
    ['undoes nothing', draft({ action: 'withdraw', details: { basis: { undoes: 1 } } })],
    ['rolls back by an evaluation', draft({ action: 'rollback', details: { basis: { evaluation: 'e', comparedWith: null } } })],
    ['skips a champion', draft({ from: 2, details: { basis: { person: 'ann', reason: 'why not' } } })],
    ['moves an alias by a registration', draft({ action: 'register', details: { basis: { person: 'ann', reason: 'why not' } } })],
  ])('takes no move that %s', async (_, entry) => {
    await expect(new RegistryLog(objects).append(model, () => entry)).rejects.toEqual(refused);
    expect(await registry.log(model)).toHaveLength(3);
  });
});
