import fs from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Connection } from '@temporalio/client';
import { connectClient } from '../../../src/client/index.js';
import type { PipelineClient } from '../../../src/client/index.js';
import { connect } from '../../../src/temporal/connection.js';
import { checkOpenRuns } from '../../../src/worker/plans/check-open-runs.js';
import { definePipeline } from '../../../src/index.js';
import { createPipelineWorker } from '../../../src/worker/index.js';
import { workflowBundle } from '../../../src/worker/bundle/workflow-bundle.js';
import { startTestServer } from '../../test-temporal.js';
import type { TestServer } from '../../test-temporal.js';
import { runCli, spawnCli } from '../cli/run-cli.js';
import waiting from './waiting.js';
import { statusOf, temporaryFolder, until } from '../execution-fixtures.js';

const WAITING = 'test/integration/worker/waiting.ts';

let server: TestServer;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let connection: Connection;
let client: PipelineClient;
let stopWorker: () => Promise<void>;

beforeAll(async () => {
  folder = await temporaryFolder();
  server = await startTestServer();
  connection = await connect({ address: server.address });
  client = await connectClient({ address: server.address });
  const worker = await createPipelineWorker({
    pipelines: [waiting],
    store: path.join(folder.path, 'store'),
    address: server.address,
  });
  const running = worker.run();
  stopWorker = async () => {
    worker.shutdown();
    await running;
  };
  await client.start('waiting', {}, { workflowId: 'open' });
  await until(client, 'open', (status) => statusOf(status, 'release') === 'waiting');
  await client.signalTraining('flights', { id: 'a', kind: 'drift', at: '2001-01-01T00:00:00Z', column: 'distance' });
  await client.training('flights').status();
});
afterAll(async () => {
  await stopWorker();
  await client.close();
  await connection.close();
  await server.stop();
  await folder.remove();
});

describe('the check of open runs', () => {
  it('passes the build that they run on: runs and entities', async () => {
    const result = await runCli(['deploy', WAITING, '--check', '--json'], { TEMPORAL_ADDRESS: server.address });
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(result.stdout)).toEqual({ checked: 2, broken: [] });
  });

  it('refuses a build whose interpreter names activities in another way, by run and event', async () => {
    const { code } = await workflowBundle();
    const changed = code.replaceAll('resolvePlan', 'resolveTheePlan');
    expect(changed).not.toBe(code);
    const target = { connection, namespace: server.namespace, taskQueue: 'ml' };
    const told: number[] = [];
    const { checked, broken } = await checkOpenRuns(target, { bundle: { code: changed } }, (count) => told.push(count));
    expect(checked).toBe(2);
    expect(told).toEqual([1, 2]);
    expect(broken).toMatchObject([{ workflowId: 'open', type: 'waiting' }]);
    expect(broken[0]?.reason).toMatch(/resolvePlan/);
    expect(broken[0]?.event).toBeGreaterThan(0);
  });

  it('refuses pipelines that lack a step which is before a run, or give it other inputs', async () => {
    const bundle = await workflowBundle();
    const target = { connection, namespace: server.namespace, taskQueue: 'ml' };
    // What has been done may go, what is to come may not.
    const pipelines = [
      definePipeline('waiting', { params: {} }, (p) => {
        const by = p.approval('release', { message: 'May it go out?' });
        p.step('tell', { inputs: { by }, run: () => 'told' });
      }),
    ];
    const { broken } = await checkOpenRuns(target, { bundle, pipelines }, () => undefined);
    expect(broken).toMatchObject([{ workflowId: 'open', reason: expect.stringContaining('step "publish" is no more') }]);
    expect(broken[0]?.reason).toMatch(/step "tell" takes other inputs now: by/);
    expect(broken[0]?.reason).not.toMatch(/"make"/);
  });

  it('ends with 1 and names the run when the built package is such a build', async () => {
    // Inside the repository, so that the copy finds its dependencies.
    const copy = path.resolve('.perennial', `changed-build-${process.pid}`);
    try {
      await fs.cp('dist', path.join(copy, 'dist'), { recursive: true });
      await fs.copyFile('package.json', path.join(copy, 'package.json'));
      const file = path.join(copy, 'dist/workflows/bundle.json');
      await fs.writeFile(file, (await fs.readFile(file, 'utf8')).replaceAll('resolvePlan', 'resolveTheePlan'));
      const cli = path.join(copy, 'dist/src/cli/main.js');
      const result = await spawnCli(['deploy', WAITING, '--check'], { TEMPORAL_ADDRESS: server.address }, cli);
      expect(result.code).toBe(1);
      expect(result.stderr).toMatch(/DEPLOY_BREAKS_RUNS 1 of 2 open runs[^]*- open \(waiting\) at event \d+: /);
    } finally {
      await fs.rm(copy, { recursive: true, force: true });
    }
  });
});
