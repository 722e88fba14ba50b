import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fs from 'node:fs/promises';
import type { ReplicaStatus } from '../../../src/contracts/model.js';
import { createEndpoints } from '../../../src/registry/endpoints.js';
import type { EndpointDraft, Endpoints } from '../../../src/registry/endpoints.js';
import { openObjectStore } from '../../../src/store/open-store.js';
import type { ObjectStore } from '../../../src/store/port.js';
import { modelRef, temporaryFolder } from './registry-cases.js';

let folder = '';
let objects: ObjectStore;
let endpoints: Endpoints;
beforeEach(async () => {
  folder = await temporaryFolder();
  objects = await openObjectStore(folder);
  endpoints = createEndpoints(objects);
});
afterEach(() => fs.rm(folder, { recursive: true, force: true }));

const draft = (workflowId: string, weights: readonly number[] = [100]): EndpointDraft => ({
  endpoint: 'live',
  model: 'flight-delay',
  variants: weights.map((weight, index) => ({
    variant: index === 0 ? 'champion' : 'challenger',
    version: index + 1,
    artifact: modelRef(`m${index}`),
    weight,
  })),
  previous: null,
  reason: 'canary',
  workflowId,
});

describe('an endpoint configuration', () => {
  it('moves from revision to revision and logs each', async () => {
    expect(await endpoints.read('live')).toBeNull();
    const first = await endpoints.write(draft('w1'), null);
    expect(first).toMatchObject({ endpoint: 'live', revision: 1, workflowId: 'w1' });
    const second = await endpoints.write(draft('w2', [90, 10]), 1);
    expect((await endpoints.read('live'))?.config).toEqual(second);
    expect(await endpoints.log('live')).toEqual([first, second]);
    expect(await endpoints.list()).toEqual([second]);
  });

  it('has one winner of racing moves; the loser learns who won', async () => {
    await endpoints.write(draft('w1'), null);
    const moves = [2, 3, 4, 5].map((n) => createEndpoints(objects).write(draft(`w${n}`), 1));
    const outcomes = await Promise.allSettled(moves);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const now = (await endpoints.read('live'))?.config;
    expect(now?.revision).toBe(2);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') {
        const message = expect.stringContaining(`expected revision 1, got revision 2 (by ${now?.workflowId ?? ''}`);
        expect(outcome.reason).toMatchObject({ code: 'REGISTRY_RACE_LOST', message });
      }
    }
    await expect(endpoints.write(draft('w9'), null)).rejects.toMatchObject({ code: 'REGISTRY_RACE_LOST' });
    await expect(endpoints.write(draft('w9'), 7)).rejects.toMatchObject({ code: 'REGISTRY_RACE_LOST' });
  });

  it('is moved once by a repeated write, also when the process died between log and configuration', async () => {
    const first = await endpoints.write(draft('w1'), null);
    const before = await objects.get('endpoints/live/config.json');
    const second = await endpoints.write(draft('w2', [90, 10]), 1);
    await objects.put('endpoints/live/config.json', before.bytes);
    expect(await endpoints.write(draft('w2', [90, 10]), 1)).toEqual(second);
    expect((await endpoints.read('live'))?.config).toEqual(second);
    await objects.put('endpoints/live/config.json', before.bytes);
    await expect(endpoints.write(draft('w3'), 1)).rejects.toMatchObject({ code: 'REGISTRY_RACE_LOST' });
    expect((await endpoints.read('live'))?.config).toEqual(second);
    expect(await endpoints.log('live')).toEqual([first, second]);
  });

  it.each([
    ['too little', [60, 30]],
    ['a negative weight', [110, -10]],
    ['NaN', [NaN]],
    ['a variant twice', [50, 25, 25]],
  ])('refuses weights with %s', async (_, weights) => {
    await expect(endpoints.write(draft('w1', weights), null)).rejects.toMatchObject({ code: 'REGISTRY_WEIGHTS_INVALID' });
    expect(await endpoints.read('live')).toBeNull();
  });
});

describe('an endpoint whose only candidate was withdrawn', () => {
  it('is written without variants', async () => {
    await endpoints.write(draft('w1'), null);
    expect(await endpoints.write(draft('w2', []), 1)).toMatchObject({ revision: 2, variants: [] });
  });
});

describe('the replicas of an endpoint', () => {
  it('are those that reported lately and were not removed', async () => {
    const status = (replica: string, ageMs: number): ReplicaStatus => {
      const seenAt = new Date(Date.now() - ageMs).toISOString();
      return {
        replica,
        endpoint: 'live',
        url: 'http://x',
        pid: 1,
        startedAt: seenAt,
        seenAt,
        revision: 1,
        variants: [],
        logged: 0,
        dropped: 0,
      };
    };
    for (const [replica, age] of [
      ['a', 0],
      ['b', 60_000],
      ['c', 0],
    ] as const)
      await endpoints.reportReplica(status(replica, age));
    const names = async (): Promise<string[]> => (await endpoints.replicas('live')).map(({ replica }) => replica);
    expect(await names()).toEqual(['a', 'b', 'c']);
    await endpoints.removeReplica('live', 'a');
    await endpoints.removeReplica('live', 'a');
    expect(await names()).toEqual(['b', 'c']);
    expect(await endpoints.list()).toEqual([]);
  });
});
