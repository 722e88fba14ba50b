import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { DatasetRef } from '../../../src/contracts/dataset.js';
import type { RunIdentity } from '../../../src/contracts/run.js';
import type { ChangeSubject } from '../../../src/contracts/plan/triggers.js';
import { definePipeline, on, param } from '../../../src/index.js';
import { PublishedDatasets } from '../../../src/data/datasets/published-datasets.js';
import { openObjectStore } from '../../../src/store/open-store.js';
import type { ObjectStore } from '../../../src/store/port.js';
import { publishDataset } from '../../../src/triggers/announce.js';
import { applyTriggers, planTriggers } from '../../../src/triggers/apply-triggers.js';
import { fillIn, prepareTriggeredRun } from '../../../src/triggers/prepare-run.js';
import { temporaryFolder } from '../../integration/execution-fixtures.js';

const WHO = { taskQueue: 'ml', by: 'somebody' };
const flights: ChangeSubject = { kind: 'dataset', name: 'flights' };
const params = { from: param.date(), to: param.date(), rows: param.integer({ default: 1 }) };

const pipeline = (overlap: 'coalesce' | 'queue') =>
  definePipeline(
    'score',
    { params, triggers: [on.dataset('flights', { params: ({ from, to, rows }) => ({ from, to, rows }), overlap })] },
    (p) => p.step('only', { run: async () => 1 }),
  );
const other = definePipeline('other', { params: {}, triggers: [on.alias('m', 'champion')] }, (p) =>
  p.step('only', { run: async () => 1 }),
);
const without = definePipeline('score', { params: {} }, (p) => p.step('only', { run: async () => 1 }));

const dataset = (id: string, from: string | null = null, to: string | null = null): DatasetRef => ({
  kind: 'dataset',
  id,
  sha256: id,
  bytes: 1,
  uri: `memory:${id}`,
  meta: { schema: { name: 's', columns: [] }, schemaHash: '', rows: 7, from, to, parts: [] },
});
const run = (workflowId: string): RunIdentity => ({ pipeline: 'ingest', planHash: '', workflowId, runId: 'r' });

let objects: ObjectStore;
const folders: (() => Promise<void>)[] = [];
beforeEach(async () => {
  const folder = await temporaryFolder();
  folders.push(folder.remove);
  objects = await openObjectStore(folder.path);
});
afterAll(async () => {
  await Promise.all(folders.map((remove) => remove()));
});

describe('deploying triggers', () => {
  const apply = async (pipelines: Parameters<typeof planTriggers>[1]): Promise<string[]> => {
    const changes = await planTriggers(objects, pipelines, WHO);
    await applyTriggers(objects, changes);
    return changes.map(({ action, pipeline: name, changed }) => [action, name, ...changed].join(' '));
  };

  it('creates, keeps, updates and deletes, and leaves other pipelines alone', async () => {
    expect(await apply([pipeline('coalesce'), other])).toEqual(['create score', 'create other']);
    expect(await apply([pipeline('coalesce')])).toEqual(['keep score']);
    expect(await apply([pipeline('queue')])).toEqual(['update score overlap coalesce -> queue']);
    expect(await apply([without])).toEqual(['delete score']);
    expect(await apply([other])).toEqual(['keep other']);
  });
});

describe('publishing a data set', () => {
  it('tells subscribers of a new content once, and of the same content never', async () => {
    const told: number[] = [];
    const announcer = { signalChange: async (_: ChangeSubject, n: number) => void told.push(n) };
    const publish = (id: string, workflowId: string): Promise<void> =>
      publishDataset(objects, announcer, 'flights', dataset(id), { run: run(workflowId), step: 'ingest' });
    await publish('unheard', 'w0');
    await applyTriggers(objects, await planTriggers(objects, [pipeline('coalesce')], WHO));
    await publish('a', 'w1');
    await publish('a', 'w2');
    await publish('b', 'w3');
    await publish('a', 'w1');
    expect(told).toEqual([2, 3, 2]);
    const log = await new PublishedDatasets(objects).log('flights');
    expect(log.map((entry) => entry.dataset)).toEqual(['unheard', 'a', 'b']);
    expect(JSON.parse((await objects.get('datasets/flights/latest.json')).bytes.toString())).toMatchObject({
      n: 3,
      dataset: 'b',
    });
  });

  it('numbers racing publications without a gap', async () => {
    const publish = (n: number): Promise<number | null> =>
      new PublishedDatasets(objects).publish('flights', dataset(`d${n}`), run(`w${n}`), 'ingest');
    const numbers = await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map(publish));
    expect(numbers.sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    const newest = (await new PublishedDatasets(objects).log('flights')).at(-1);
    expect(JSON.parse((await objects.get('datasets/flights/latest.json')).bytes.toString())).toEqual(newest);
  });
});

describe('the run of a change', () => {
  it('gets the fields of the change as parameters, whole days for dates', async () => {
    await applyTriggers(objects, await planTriggers(objects, [pipeline('coalesce')], WHO));
    const content = dataset('a', '2001-01-01T00:00:00.000Z', '2001-01-31T06:00:00.000Z');
    await new PublishedDatasets(objects).publish('flights', content, run('w'), 'ingest');
    await expect(prepareTriggeredRun(objects, { subject: flights, pipeline: 'score', n: 1 })).resolves.toEqual({
      n: 1,
      workflowId: 'score/on/dataset/flights/1',
      taskQueue: 'ml',
      parameters: { from: '2001-01-01', to: '2001-02-01', rows: 7 },
      trigger: 'dataset flights@1',
    });
    await expect(prepareTriggeredRun(objects, { subject: flights, pipeline: 'gone', n: 1 })).resolves.toBeNull();
    await expect(prepareTriggeredRun(objects, { subject: flights, pipeline: 'score', n: 2 })).rejects.toMatchObject({
      code: 'TRIGGER_CHANGE_UNREADABLE',
    });
  });

  it('leaves out what the change lacks, and keeps a null of its own', () => {
    expect(fillIn({ a: { $event: 'x' }, b: { $event: 'y' }, c: null }, { x: 1, y: null })).toEqual({ a: 1, c: null });
  });
});
