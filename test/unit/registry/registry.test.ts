import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fs from 'node:fs/promises';
import path from 'node:path';
import { isPipelineError } from '../../../src/errors/pipeline-error.js';
import { createRegistry } from '../../../src/registry/create-registry.js';
import type { Registry } from '../../../src/registry/registry.js';
import { openObjectStore } from '../../../src/store/open-store.js';
import type { ObjectStore } from '../../../src/store/port.js';
import { registration, tamper, temporaryFolder } from './registry-cases.js';

const model = 'flight-delay';
let folder = '';
let objects: ObjectStore;
let registry: Registry;
beforeEach(async () => {
  folder = await temporaryFolder();
  objects = await openObjectStore(folder);
  registry = createRegistry(objects);
});
afterEach(() => fs.rm(folder, { recursive: true, force: true }));

const promote = (version: number, expectedChampion: number | null, workflowId: string, by = registry) =>
  by.promote({ model, version, expectedChampion, basis: { person: 'deploy', reason: 'better' }, workflowId });
const rollback = (workflowId: string) => registry.rollback({ model, by: 'ann', reason: 'errors', workflowId });
const actions = async (): Promise<string[]> =>
  (await createRegistry(objects).log(model)).map(({ action, from, version }) => `${action} ${from ?? '-'} ${version}`);
const aliases = async () =>
  Object.fromEntries(
    await Promise.all(
      (['champion', 'previous', 'challenger'] as const).map(
        async (alias) => [alias, (await registry.alias(model, alias))?.record.version ?? null] as const,
      ),
    ),
  );
async function registerThree(): Promise<void> {
  for (const run of ['r1', 'r2', 'r3']) await registry.register(registration(run));
}

describe('registering', () => {
  it('numbers versions 1, 2, 3 and gives the same run and artifact the same version', async () => {
    const first = await registry.register(registration('r1'));
    expect(first).toMatchObject({ version: 1, model, metrics: { roc_auc: 0.7, lift: null } });
    expect(await registry.register(registration('r2'))).toMatchObject({ version: 2 });
    expect(await createRegistry(objects).register(registration('r1'))).toEqual(first);
    expect(await registry.register(registration('r1', 'other'))).toMatchObject({ version: 3 });
    expect((await registry.versions(model)).map(({ version }) => version)).toEqual([1, 2, 3]);
    expect(await registry.models()).toEqual([model]);
    expect(await actions()).toEqual(['register - 1', 'register - 2', 'register - 3']);
  });

  it('gives racing registrations different numbers, and a doubled one a single number', async () => {
    const runs = ['a', 'b', 'c', 'd', 'e', 'e', 'e'];
    const versions = await Promise.all(runs.map((run) => createRegistry(objects).register(registration(run))));
    expect([...new Set(versions.map(({ version }) => version))].sort()).toEqual([1, 2, 3, 4, 5]);
    expect(new Set(versions.slice(4).map(({ version }) => version)).size).toBe(1);
    expect(await actions()).toHaveLength(5);
    await registry.verifyLog(model);
  });

  it('lists the versions there are when one is unknown', async () => {
    await registerThree();
    await expect(registry.version(model, 9)).rejects.toMatchObject({
      code: 'REGISTRY_VERSION_NOT_FOUND',
      message: expect.stringContaining('one of 1, 2, 3'),
    });
    await expect(registry.version('flight', 1)).rejects.toMatchObject({ message: expect.stringContaining('flight-delay') });
    await expect(promote(9, null, 'r9')).rejects.toMatchObject({ code: 'REGISTRY_VERSION_NOT_FOUND' });
    await expect(registry.versions('../x')).rejects.toMatchObject({ code: 'REGISTRY_NAME_INVALID' });
  });
});

describe('promoting', () => {
  it('moves the champion and remembers the previous one', async () => {
    await registerThree();
    expect(await promote(1, null, 'r1')).toMatchObject({
      alias: 'champion',
      version: 1,
      movedBy: 'deploy',
      reason: 'better',
      workflowId: 'r1',
    });
    await promote(2, 1, 'r2');
    expect(await aliases()).toEqual({ champion: 2, previous: 1, challenger: null });
    expect((await actions()).slice(3)).toEqual(['promote - 1', 'promote 1 2']);
  });

  it('has one winner of two racing promotions; the loser gets a clear error and the log one entry', async () => {
    await registerThree();
    await promote(1, null, 'r1');
    const outcomes = await Promise.allSettled([
      promote(2, 1, 'r2', createRegistry(objects)),
      promote(3, 1, 'r3', createRegistry(objects)),
    ]);
    const lost = outcomes.filter((outcome) => outcome.status === 'rejected').map((outcome): unknown => outcome.reason);
    expect(lost).toHaveLength(1);
    const won = outcomes[0].status === 'fulfilled' ? 2 : 3;
    expect(isPipelineError(lost[0]) ? lost[0].code : lost[0]).toBe('REGISTRY_RACE_LOST');
    expect(lost[0]).toMatchObject({
      message: expect.stringMatching(`expected version 1, got version ${won} \\(by deploy, r${won}, at .*: better\\)`),
    });
    expect((await actions()).filter((action) => action.startsWith('promote 1'))).toEqual([`promote 1 ${won}`]);
    expect(await aliases()).toEqual({ champion: won, previous: 1, challenger: null });
    await registry.verifyLog(model);
  });

  it('is done once however often the same run asks', async () => {
    await registerThree();
    const first = await promote(1, null, 'r1');
    expect(await promote(1, null, 'r1')).toEqual(first);
    expect(await Promise.all([1, 2, 3].map(() => promote(2, 1, 'r2', createRegistry(objects))))).toHaveLength(3);
    expect((await actions()).slice(3)).toEqual(['promote - 1', 'promote 1 2']);
  });

  it('does not come back by a late retry after it was rolled back', async () => {
    await registerThree();
    await promote(1, null, 'r1');
    await promote(2, 1, 'r2');
    await rollback('human');
    await expect(promote(2, 1, 'r2')).rejects.toMatchObject({ code: 'REGISTRY_RACE_LOST' });
    expect((await aliases())['champion']).toBe(1);
  });

  it('is finished by the retry, and by any other change, when the process died between log and alias', async () => {
    await registerThree();
    await promote(1, null, 'r1');
    const before = await objects.get(`models/${model}/aliases/champion.json`);
    await promote(2, 1, 'r2');
    const now = await objects.get(`models/${model}/aliases/champion.json`);
    await objects.putIfMatch(`models/${model}/aliases/champion.json`, before.bytes, now.etag);
    await objects.delete(`models/${model}/aliases/previous.json`);
    expect(await promote(2, 1, 'r2', createRegistry(objects))).toMatchObject({ version: 2 });
    expect(await aliases()).toEqual({ champion: 2, previous: 1, challenger: null });
    expect((await actions()).slice(3)).toEqual(['promote - 1', 'promote 1 2']);

    await objects.put(`models/${model}/aliases/champion.json`, before.bytes);
    await expect(promote(3, 1, 'r3')).rejects.toMatchObject({ code: 'REGISTRY_RACE_LOST' });
    await registry.reject({ model, version: 3, reasons: ['worse'], workflowId: 'r3' });
    expect((await aliases())['champion']).toBe(2);
  });

  it('logs a registration that was cut off before its entry', async () => {
    await registry.register(registration('r1'));
    await objects.delete(`models/${model}/log/000001.json`);
    await createRegistry(objects).register(registration('r1'));
    expect(await actions()).toEqual(['register - 1']);
    await objects.delete(`models/${model}/log/000001.json`);
    await promote(1, null, 'r1', createRegistry(objects));
    expect(await actions()).toEqual(['register - 1', 'promote - 1']);
  });
});

describe('challenger, rejection and rollback', () => {
  it('takes the challenger alias off a version that is promoted or rejected', async () => {
    await registerThree();
    const challenge = (version: number) =>
      registry.setAlias({
        model,
        alias: 'challenger',
        version,
        basis: { person: 'evaluate', reason: 'candidate' },
        workflowId: `r${version}`,
      });
    expect(await challenge(1)).toMatchObject({ alias: 'challenger', version: 1 });
    await promote(1, null, 'r1');
    expect(await aliases()).toEqual({ champion: 1, previous: null, challenger: null });
    await challenge(2);
    await challenge(2);
    await registry.reject({ model, version: 2, reasons: ['roc_auc', 'p99'], workflowId: 'r2' });
    await registry.reject({ model, version: 2, reasons: ['roc_auc', 'p99'], workflowId: 'r2' });
    expect(await aliases()).toEqual({ champion: 1, previous: null, challenger: null });
    const log = await registry.log(model);
    expect(log.slice(5).map(({ action }) => action)).toEqual(['alias', 'reject']);
    expect(log.at(-1)).toMatchObject({ reason: 'roc_auc; p99', details: { reasons: ['roc_auc', 'p99'] }, workflowId: 'r2' });
  });

  it('walks back through the champions and says when there is no earlier one', async () => {
    await expect(rollback('x')).rejects.toMatchObject({ code: 'REGISTRY_NO_PREVIOUS' });
    await registerThree();
    await promote(1, null, 'r1');
    await promote(2, 1, 'r2');
    await promote(3, 2, 'r3');
    expect(await rollback('first')).toMatchObject({ version: 2, movedBy: 'ann', reason: 'errors' });
    expect(await rollback('first')).toMatchObject({ version: 2 });
    expect(await aliases()).toEqual({ champion: 2, previous: 1, challenger: null });
    expect(await rollback('second')).toMatchObject({ version: 1 });
    expect(await aliases()).toEqual({ champion: 1, previous: null, challenger: null });
    await expect(rollback('third')).rejects.toMatchObject({ code: 'REGISTRY_NO_PREVIOUS' });
    await promote(3, 1, 'r4');
    expect(await aliases()).toEqual({ champion: 3, previous: 1, challenger: null });
    const guarded = registry.rollback({ model, by: 'ann', reason: 'late', workflowId: 'fourth', expectedChampion: 2 });
    await expect(guarded).rejects.toMatchObject({ code: 'REGISTRY_RACE_LOST' });
    await registry.verifyLog(model);
  });
});

describe('the log', () => {
  const entry = (n: number): string => path.join(folder, `models/${model}/log/00000${n}.json`);
  beforeEach(async () => {
    await registerThree();
    await promote(1, null, 'r1');
  });

  it('verifies when nobody touched it', async () => {
    expect(await registry.verifyLog(model)).toEqual({ entries: 4 });
    expect(await registry.verifyLog('unknown')).toEqual({ entries: 0 });
  });

  it.each([
    ['an altered entry', () => tamper(entry(2), (text) => text.replace('registered', 'Registered')), '000003.json'],
    ['a removed entry', () => fs.rm(entry(2)), '000002.json'],
    ['an unreadable entry', () => tamper(entry(3), (text) => text.slice(0, 20)), '000003.json'],
    [
      'an entry put in the place of another',
      () => fs.copyFile(entry(2), `${entry(3)}.x`).then(() => fs.rename(`${entry(3)}.x`, entry(3))),
      '000003.json',
    ],
    [
      'a changed version record',
      () => tamper(path.join(folder, `models/${model}/versions/1.json`), (text) => text.replace('0.7', '0.9')),
      'versions/1.json',
    ],
  ])('is found broken by %s, naming it', async (_, damage, named) => {
    await damage();
    await expect(createRegistry(objects).verifyLog(model)).rejects.toMatchObject({
      code: 'REGISTRY_LOG_BROKEN',
      message: expect.stringContaining(named),
    });
  });
});
