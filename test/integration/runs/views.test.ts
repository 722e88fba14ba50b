import fs from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectClient, type PipelineClient } from '../../../src/client/index.js';
import { definePipeline } from '../../../src/index.js';
import { createPipelineWorker } from '../../../src/worker/index.js';
import { CliProcess } from '../../test-processes.js';
import { startTestServer, type TestServer } from '../../test-temporal.js';
import { runCli } from '../cli/run-cli.js';
import { temporaryFolder, waitFor } from '../execution-fixtures.js';

const cli = async (...words: string[]): Promise<{ stdout: string }> => {
  const { code, stdout, stderr } = await runCli(words);
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
  return { stdout };
};

/** Whether the slow step may end: when all has been seen of it while it runs. */
let isSeen = false;
const pipeline = definePipeline('viewed', { params: {} }, (p) => {
  const slow = p.step('slow', {
    run: async (_, context) => {
      context.progress(1, 2, 'half way');
      context.log.info('read 7 rows');
      while (!isSeen) await waitFor(20, context.signal);
      return 1;
    },
  });
  p.step('after', { inputs: { slow }, run: async () => 2 });
});

describe('views of a run', () => {
  let server: TestServer;
  let client: PipelineClient;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let stop: () => Promise<void>;
  let isStopped = false;

  beforeAll(async () => {
    server = await startTestServer();
    folder = await temporaryFolder();
    const worker = await createPipelineWorker({ pipelines: [pipeline], store: folder.path, address: server.address });
    const running = worker.run();
    stop = async () => {
      if (isStopped) return;
      isStopped = true;
      worker.shutdown();
      await running;
    };
    client = await connectClient({ address: server.address });
  }, 60_000);

  afterAll(async () => {
    isSeen = true;
    await stop();
    await client.close();
    await server.stop();
    await folder.remove();
  }, 60_000);

  it('watch streams events, runs are filtered, and the end is drawn without a worker', async () => {
    await client.start(pipeline, {}, { workflowId: 'viewed-1' });
    const watch = await CliProcess.start(['watch', 'viewed-1', '--address', server.address, '--store', folder.path]);
    for (const end = Date.now() + 60_000; !watch.output.includes('read 7 rows');) {
      if (Date.now() > end) throw new Error(`the line of the step was never shown:\n${watch.output}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    isSeen = true;
    await watch.closed();
    const events = watch.output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { event: string; step?: { id: string; status: string }; lastLine?: string });
    const steps = events.flatMap(({ event, step }) => (event === 'step' ? [`${step?.id ?? ''} ${step?.status ?? ''}`] : []));
    expect(steps).toEqual(expect.arrayContaining(['slow running', 'slow succeeded', 'after succeeded']));
    expect(events.map(({ lastLine }) => lastLine)).toContain('read 7 rows');
    expect(events.at(-1)).toMatchObject({ event: 'end', status: 'succeeded' });

    const listed = async (...filter: string[]): Promise<string[]> => {
      const answer = await cli('runs', '--json', '--address', server.address, ...filter);
      return (JSON.parse(answer.stdout) as { workflowId: string }[]).map(({ workflowId }) => workflowId);
    };
    expect(await listed('--status', 'succeeded', '--trigger', 'man', '--plan', pipeline.plan.hash.slice(0, 12))).toEqual([
      'viewed-1',
    ]);
    expect(await listed('--status', 'failed')).toEqual([]);

    expect((await cli('status', 'viewed-1', '--address', server.address)).stdout).toContain('trigger manual, started 20');

    await stop();
    const svg = path.join(folder.path, 'run.svg');
    const flags = ['--address', '127.0.0.1:1', '--store', folder.path];
    expect((await cli('graph', 'viewed-1', ...flags)).stdout).toMatch(/slow +step +succeeded +\d+\.\d s/);
    await cli('graph', 'viewed-1', ...flags, '--format', 'svg', '--out', svg);
    expect((await fs.readFile(svg, 'utf8')).slice(0, 40)).toContain('<?xml');
  }, 180_000);
});
