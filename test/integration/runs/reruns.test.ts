import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { connectClient, type PipelineClient } from '../../../src/client/index.js';
import { createRegistry } from '../../../src/registry/create-registry.js';
import { createArtifactStore } from '../../../src/store/artifacts/create-artifact-store.js';
import { openObjectStore } from '../../../src/store/open-store.js';
import { createPipelineWorker, type PipelineWorker } from '../../../src/worker/index.js';
import { startTestServer, type TestServer } from '../../test-temporal.js';
import { runCli, type CliResult } from '../cli/run-cli.js';
import { statusOf, temporaryFolder, until } from '../execution-fixtures.js';
import rerunning from '../fixtures/rerunning.js';

const FILE = 'test/integration/fixtures/rerunning.ts';

describe('runs that use earlier ones', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let server: TestServer;
  let client: PipelineClient;
  let worker: PipelineWorker;
  let running: Promise<void>;

  beforeAll(async () => {
    [folder, server] = await Promise.all([temporaryFolder(), startTestServer()]);
    const { address } = server;
    client = await connectClient({ address });
    worker = await createPipelineWorker({ pipelines: [rerunning], store: folder.path, address, shutdownGraceMs: 100 });
    running = worker.run();
    await client.start(rerunning, {}, { workflowId: 'first' });
    await client.result('first');
  });
  afterAll(async () => {
    worker.shutdown();
    await running;
    await client.close();
    await server.stop();
    await folder.remove();
  });

  const cli = (...words: string[]): Promise<CliResult> =>
    runCli([...words, '--address', server.address, '--store', folder.path, '--json']);
  const json = (result: CliResult): Record<string, unknown> => {
    // The worker here has the functions as Jest compiled them, the command as tsx does.
    expect(result.stderr.replace(/^the worker has other code of the steps than the file .*\n/, '')).toBe('');
    return JSON.parse(result.stdout) as Record<string, unknown>;
  };
  /** What became of each step: `list cached`, `double ran`, `hold from first`. */
  const stepsOf = async (workflowId: string): Promise<string[]> => {
    await client.result(workflowId);
    const { steps } = await client.status(workflowId);
    return steps.map(({ id, cached, reusedFrom }) =>
      reusedFrom === undefined ? `${id} ${cached ? 'cached' : 'ran'}` : `${id} from ${reusedFrom}`,
    );
  };

  it('take the results of a program and of a step, and run both for another parameter', async () => {
    await client.start(rerunning, {}, { workflowId: 'second' });
    expect(await stepsOf('second')).toEqual(['list cached', 'double cached', 'hold ran']);
    await client.start(rerunning, { n: 3 }, { workflowId: 'third' });
    expect(await stepsOf('third')).toEqual(['list ran', 'double ran', 'hold ran']);
    const { results } = await client.result('third');
    expect(results['double']).toEqual({ n: 6 });
  });

  it('run a step that is forced, and all with the cache switched off', async () => {
    json(await cli('run', FILE, '--id', 'forced', '--force', 'double'));
    expect(await stepsOf('forced')).toEqual(['list cached', 'double ran', 'hold ran']);
    json(await cli('run', 'rerunning', '--id', 'uncached', '--no-cache'));
    expect(await stepsOf('uncached')).toEqual(['list ran', 'double ran', 'hold ran']);
  });

  it('start from a step of another run', async () => {
    json(await cli('run', FILE, '--id', 'from', '--from-step', 'double', '--of', 'first', '--no-cache'));
    expect(await stepsOf('from')).toEqual(['list from first', 'double ran', 'hold ran']);
    const planned = json(await cli('plan', FILE, '--from-step', 'double', '--of', 'first', '--force', 'double'));
    expect(planned).toMatchObject({
      pipeline: 'rerunning',
      run: {
        steps: [
          { step: 'list', verdict: 'reused', reason: 'taken over from run first' },
          { step: 'double', verdict: 'runs', reason: 'forced' },
          { step: 'hold', verdict: 'runs', reason: 'not cached' },
        ],
        duration: { unknown: [] },
      },
    });
  });

  it('are recovered after they were terminated', async () => {
    process.env['RERUNNING_HOLDS'] = 'yes';
    await client.start(rerunning, { n: 4 }, { workflowId: 'stopped' });
    await until(client, 'stopped', (status) => statusOf(status, 'hold') === 'running');
    const connection = await Connection.connect({ address: server.address });
    await new Client({ connection }).workflow.getHandle('stopped').terminate('test');
    await connection.close();
    delete process.env['RERUNNING_HOLDS'];
    expect(json(await cli('recover', 'stopped', '--id', 'recovered', '--yes'))).toMatchObject({
      reused: ['list', 'double'],
      again: ['hold'],
    });
    expect(await stepsOf('recovered')).toEqual(['list from stopped', 'double from stopped', 'hold ran']);
  });

  it('are reproduced by the version of the model that they made', async () => {
    const objects = await openObjectStore(folder.path);
    const { runId } = (await client.start(rerunning, {}, { workflowId: 'maker' })) as { runId: string };
    await client.result('maker');
    const file = { name: 'model.onnx', mediaType: 'application/octet-stream', content: { bytes: Buffer.from('weights') } };
    const artifact = await createArtifactStore(objects).publish({ kind: 'model', files: [file], meta: {}, inputs: [] });
    await createRegistry(objects).register({
      model: 'rerun',
      artifact,
      evaluation: null,
      metrics: {},
      window: { from: '2001-01-01', to: '2001-02-01' },
      workflowId: 'maker',
      runId,
    });
    expect(json(await cli('reproduce', 'rerun@1'))).toMatchObject({ original: 'maker', reproduced: true, differences: [] });
  });
});
