import fs from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectClient, type PipelineClient } from '../../../src/client/index.js';
import { definePipeline, param } from '../../../src/index.js';
import { openObjectStore } from '../../../src/store/open-store.js';
import { runInProcess } from '../../../src/testing/index.js';
import { createPipelineWorker, type PipelineWorker } from '../../../src/worker/index.js';
import { startTestServer, type TestServer } from '../../test-temporal.js';
import { runCli } from '../cli/run-cli.js';
import { temporaryFolder } from '../execution-fixtures.js';

const logging = definePipeline('logging', { params: { until: param.string() } }, (p) => {
  const spoken = p.step('speak', {
    run: async (_inputs, { log, parameters }) => {
      log.debug('quiet');
      log.warn('careful', { rows: 3 });
      while (!(await fs.stat(parameters['until']).catch(() => null))) await new Promise((wake) => setTimeout(wake, 50));
      log.info('ready');
      return 1;
    },
  });
  const silent = p.step('silent', { after: [spoken], run: () => 1 });
  p.command('program', {
    after: [silent],
    command: ['sh', '-c', 'echo "attempt $PERENNIAL_ATTEMPT"; echo oops >&2; test "$PERENNIAL_ATTEMPT" = 2 || kill -9 $$'],
    retry: { initialInterval: '50 milliseconds' },
  });
});

describe('perennial logs', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let server: TestServer;
  let client: PipelineClient;
  let worker: PipelineWorker;
  let running: Promise<void>;
  const workflowId = 'logging-1';

  beforeAll(async () => {
    folder = await temporaryFolder();
    server = await startTestServer();
    client = await connectClient({ address: server.address });
    worker = await createPipelineWorker({ pipelines: [logging], store: folder.path, address: server.address });
    running = worker.run();
  });
  afterAll(async () => {
    worker.shutdown();
    await running;
    await client.close();
    await server.stop();
    await folder.remove();
  });

  const logs = async (...words: string[]): Promise<{ code: number | null; out: string; err: string }> => {
    const { code, stdout, stderr } = await runCli(['logs', ...words, '--store', folder.path, '--address', server.address]);
    return { code, out: stdout, err: stderr };
  };

  it('follows a run to its end', async () => {
    const until = path.join(folder.path, 'go');
    await client.start(logging, { until }, { workflowId });
    const following = logs(workflowId, '--follow', '--json');
    await new Promise((wake) => setTimeout(wake, 300));
    await fs.writeFile(until, '');
    await client.result(workflowId);
    const { code, out } = await following;
    const lines = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { activity: string; attempt: number; source: string; message: string; level: string });
    expect(code).toBe(0);
    expect(
      lines
        .filter(({ source }) => source !== 'runner')
        .map(({ activity, attempt, message }) => `${activity} ${attempt} ${message}`),
    ).toEqual([
      ...['speak 1 quiet', 'speak 1 careful', 'speak 1 ready', 'program 1 attempt 1', 'program 1 oops'],
      ...['program 2 attempt 2', 'program 2 oops'],
    ]);
    expect(lines.find(({ source }) => source === 'runner')?.message).toContain('COMMAND_KILLED');
  });

  it('shows one step, one attempt, from a level on', async () => {
    expect((await logs(workflowId, 'speak', '--level', 'warn')).out).toMatch(/^\S+ speak warn {3}careful {2}\{"rows":3\}\n$/);
    const second = (await logs(workflowId, 'program', '--attempt', '2')).out;
    expect(second).toContain('program #2 stdout attempt 2');
    expect(second).not.toContain('attempt 1');
  });

  it('stores nothing for a step that logs nothing, and says so; lists the steps for one that is unknown', async () => {
    const silent = await logs(workflowId, 'silent');
    expect(silent).toMatchObject({ code: 0, out: '', err: expect.stringContaining('Nothing was logged by silent') });
    const keys: string[] = [];
    for await (const { key } of (await openObjectStore(folder.path)).list('logs/')) keys.push(key);
    expect(keys.filter((key) => key.includes('/silent/'))).toEqual([]);
    const unknown = await logs(workflowId, 'speek');
    expect(unknown).toMatchObject({ code: 2, err: expect.stringMatching(/EXECUTION_UNKNOWN_STEP.*program, silent, speak/s) });
    expect(await logs('no-such-run')).toMatchObject({ code: 2, err: expect.stringContaining('EXECUTION_RUN_NOT_FOUND') });
  });

  it('shows runs in this process, without a server', async () => {
    await runInProcess(logging, { until: folder.path }, { store: folder.path });
    const [id = ''] = (await fs.readdir(path.join(folder.path, 'logs'))).filter((name) => name.startsWith('in-process'));
    const { out } = await logs(decodeURIComponent(id), 'program', '--attempt', '2');
    expect(out).toContain('attempt 2');
  });
});
