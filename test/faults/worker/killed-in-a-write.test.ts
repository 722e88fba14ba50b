import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectClient, type PipelineClient } from '../../../src/client/index.js';
import type { GateState } from '../../../src/contracts/run/gates.js';
import { RUN_OPTIONS_MEMO } from '../../../src/contracts/run.js';
import { openObjectStore } from '../../../src/store/open-store.js';
import type { ObjectStore } from '../../../src/store/port.js';
import { decisionPrefix } from '../../../src/worker/handlers/decision-records.js';
import { startTestServer, type TestServer } from '../../test-temporal.js';
import { DyingWorkers } from './dying-worker.js';

const FIXTURES = ['kept', 'every-phase'].map((name) => `test/faults/fixtures/${name}.ts`);

/** Another part of the moments each time; KILL_SEED names one, KILL_SEED=all takes all of them. */
const SEED = process.env['KILL_SEED'] ?? String(Date.now() % 6);
const chosen = <T>(moments: readonly T[], every: number): T[] =>
  moments.filter((_, index) => SEED === 'all' || (index + Number(SEED)) % every === 0);

/** Moments of a run in their order, each in another phase. */
const PHASES = chosen(
  [
    'after /light-1[.]json$',
    'before /few%2Eopen[^/]*[.]json$',
    'before /few%2Epublish[^/]*[.]json$',
    'after /many%2Epage[^/]*[.]json$',
    'after /square%5B120%5D[.]json$',
    'after /many%2Ejoin[^/]*[.]json$',
    'after /phases%2Fcalled/.*/answer[.]json$',
    'before /phases/.*/manifest[.]json$',
  ],
  3,
);

describe(`kill -9 of the worker (seed ${SEED})`, () => {
  let folder: string;
  let server: TestServer;
  let client: PipelineClient;
  let connection: Connection;
  let workers: DyingWorkers;
  let objects: ObjectStore;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'perennial-phases-'));
    server = await startTestServer();
    client = await connectClient({ address: server.address, author: 'dan' });
    connection = await Connection.connect({ address: server.address });
    workers = new DyingWorkers(folder, server.address, FIXTURES);
    await workers.start();
    objects = await openObjectStore(workers.store);
  }, 120_000);
  afterAll(async () => {
    await client.close();
    await connection.close();
    await workers.kill9();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }, 60_000);

  /** How the worker dies at this moment; the next one, which is there then, dies at the other. */
  const killed = async (moment: string, next?: string): Promise<void> => {
    expect([moment, await workers.ended()]).toEqual([moment, 'SIGKILL']);
    await workers.start(next);
  };
  const linesOf = async (trace: string): Promise<string[]> => (await readFile(trace, 'utf8')).trim().split('\n');

  describe('while it writes down what a cached step gave', () => {
    const KINDS = [
      ['record', /^runs\/.*\/make\.json$/],
      ['entry', /^cache\/[0-9a-f]{64}\.json$/],
      ['remembered', /^cache\/steps\//],
    ] as const;

    /** What readers see of writes, by key; throws when something of it is not whole. */
    async function visible(): Promise<ReadonlyMap<string, string>> {
      const seen = new Map<string, string>();
      for await (const { key, etag } of objects.list('')) {
        if (!KINDS.some(([, pattern]) => pattern.test(key))) continue;
        expect(JSON.parse((await objects.get(key)).bytes.toString())).toBeInstanceOf(Object);
        seen.set(key, etag);
      }
      return seen;
    }
    async function writtenSince(before: ReadonlyMap<string, string>): Promise<string[]> {
      const written = [...(await visible())].filter(([key, etag]) => before.get(key) !== etag);
      return KINDS.flatMap(([kind, pattern]) => (written.some(([key]) => pattern.test(key)) ? [kind] : []));
    }

    const MOMENTS: [string, string, string[], number][] = [
      ['before the record has its name', 'before /runs/.*/make[.]json$', [], 2],
      ['with the record there and the entry staged', 'before /cache/[0-9a-f]{64}[.]json$', ['record'], 1],
      ['with the entry there and nothing remembered', 'after /cache/[0-9a-f]{64}[.]json$', ['record', 'entry'], 1],
      ['with all of it there', 'after /cache/steps/', ['record', 'entry', 'remembered'], 1],
    ];
    it.each(chosen(MOMENTS, 2))(
      'all or nothing of each is seen, the run ends by itself, and a later one takes the result: %s',
      async (_when, moment, seen, times) => {
        const trace = join(folder, moment.replaceAll(/\W/g, '-'));
        const before = await visible();
        await workers.willDie(moment);
        const { workflowId } = await client.start('kept', { trace });
        expect(await workers.ended()).toBe('SIGKILL');
        expect(await writtenSince(before)).toEqual(seen);

        await workers.start();
        expect((await client.result(workflowId)).results['read']).toBe('whole');
        expect(await linesOf(trace)).toHaveLength(times);
        expect(await writtenSince(before)).toEqual(['record', 'entry', 'remembered']);

        const second = await client.start('kept', { trace });
        const { steps } = await client.result(second.workflowId);
        expect(steps.find(({ id }) => id === 'make')).toMatchObject({ status: 'succeeded', cached: true });
        expect(await linesOf(trace)).toHaveLength(times);
      },
    );
  });

  it('in every phase of a run: it ends by itself; what was recorded is not done again, what was begun goes on', async () => {
    const trace = join(folder, 'trace');
    const workflowId = 'phases';
    const moments = [...PHASES.filter((moment) => /light|few|many|square/.test(moment)), 'after /checkpoints/.*/add%5B1%5D'];
    await workers.willDie(moments[0] ?? '');
    // A workflow task that died with its worker is missed after this time, 10 seconds unless it is said.
    const { firstExecutionRunId: runId } = await new Client({ connection }).workflow.start('every-phase', {
      workflowId,
      taskQueue: 'ml',
      args: [{ trace }],
      workflowTaskTimeout: '5 seconds',
      memo: { [RUN_OPTIONS_MEMO]: { author: 'dan' } },
    });
    for (const [index, moment] of moments.entries()) await killed(moment, moments[index + 1]);

    const gateWith = async (decisions: number): Promise<GateState> => {
      for (;;) {
        const gate = (await client.status(workflowId)).gates?.[0];
        if (gate?.state === 'open' && gate.decisions.length === decisions) return gate;
        await sleep(50);
      }
    };
    await gateWith(0);
    await workers.willDie('before /decisions/000001');
    const approved = client.approve(workflowId, { step: 'release', by: 'ada', reason: 'once' });
    await killed('before /decisions/000001');
    expect(await gateWith(1)).toMatchObject({ missing: 1, decisions: [{ by: 'ada' }] });
    await approved;
    const ends = [
      ...PHASES.filter((moment) => moment.includes('answer')),
      'before /phases/.*/tidy[.]json$',
      ...PHASES.filter((moment) => moment.includes('manifest')),
    ];
    await workers.willDie(ends[0] ?? '');
    await client.approve(workflowId, { step: 'release', by: 'bob' });
    for (const [index, moment] of ends.entries()) await killed(moment, ends[index + 1]);
    const { status, result } = await client.result(workflowId);
    expect([status, result]).toEqual(['succeeded', { sum: (219 * 220 * 439) / 6 + 42, by: 'bob' }]);

    const lines = await linesOf(trace);
    expect(lines.filter((line) => !line.startsWith('square'))).toEqual([
      ...['light 0', 'light 1', 'light 2', 'spell a', 'spell b', 'spell c'],
      ...['add 1', 'add 2', 'add 2 from half of add 2', 'add 3', 'answer', 'sum', 'tidy', 'tidy from half of tidy'],
    ]);
    // Of the items only those that were under way at a death, of which there is one at most.
    const times = Array.from({ length: 220 }, (_, item) => lines.filter((line) => line === `square ${item}`).length);
    expect([Math.min(...times), Math.max(...times) <= 2, times[120]]).toEqual([1, true, 1]);
    expect(times.filter((count) => count > 1).length).toBeLessThanOrEqual(100);

    const decisions: unknown[] = [];
    for await (const { key } of objects.list(decisionPrefix(workflowId, runId)))
      decisions.push(JSON.parse((await objects.get(key)).bytes.toString('utf8')));
    expect(decisions).toMatchObject([
      { number: 1, by: 'ada', reason: 'once', author: 'dan' },
      { number: 2, by: 'bob' },
    ]);
    for await (const { key } of objects.list('checkpoints/')) throw new Error(`${key} was left`);
  }, 600_000);
});
