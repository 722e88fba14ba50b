import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { SEARCH_ATTRIBUTE_TYPES } from '../../../src/contracts/run/search-attributes.js';
import { connect } from '../../../src/temporal/connection.js';
import { connectNative } from '../../../src/temporal/native-connection.js';
import { startDevServer } from '../../../src/temporal/server/dev-server.js';
import { ensureSearchAttributes, missingSearchAttributes } from '../../../src/temporal/search-attributes.js';
import { isAlive } from '../../test-processes.js';
import { startTestServer } from '../../test-temporal.js';
import type { TestServer } from '../../test-temporal.js';
import { eventually } from '../../eventually.js';

jest.setTimeout(60_000);

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => {
  await server.stop();
});

describe('the dev server', () => {
  it('has our search attributes as soon as it is up', async () => {
    const connection = await connect(server);
    expect(await missingSearchAttributes(connection, 'default')).toEqual([]);
    await connection.close();
  });

  it('answers clients and workers', async () => {
    await (await connect(server)).close();
    await (await connectNative(server)).close();
  });

  it('names a namespace that it does not have', async () => {
    await expect(connect({ address: server.address, namespace: 'elsewhere' })).rejects.toMatchObject({
      code: 'TEMPORAL_NAMESPACE_MISSING',
      message: expect.stringContaining('elsewhere'),
    });
  });

  it('refuses a port that is in use, also for its UI', async () => {
    await expect(startDevServer({ port: server.port, uiPort: null })).rejects.toMatchObject({
      code: 'TEMPORAL_PORT_IN_USE',
      details: { port: server.port },
    });
    await expect(startDevServer({ uiPort: server.port })).rejects.toMatchObject({ code: 'TEMPORAL_PORT_IN_USE' });
  });

  it('reports the end of its log when it dies while starting', async () => {
    const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'perennial-dev-'));
    const dbFile = path.join(folder, 'broken.db');
    await fs.writeFile(dbFile, 'this is not SQLite, '.repeat(200));
    await expect(startDevServer({ dbFile, uiPort: null })).rejects.toMatchObject({
      code: 'TEMPORAL_SERVER_FAILED',
      message: expect.stringMatching(/not a database/),
    });
    await fs.rm(folder, { recursive: true });
  });

  it('keeps its runs in the database file over kill -9 and takes the same port again', async () => {
    const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'perennial-dev-'));
    const dbFile = path.join(folder, 'temporal.db');
    const first = await startDevServer({ dbFile, uiPort: null, namespace: 'kept' });
    const connection = await connect(first);
    await connection.workflowService.startWorkflowExecution({
      namespace: 'kept',
      workflowId: 'still-here',
      workflowType: { name: 'anything' },
      taskQueue: { name: 'none' },
      requestId: 'request-1',
    });
    await connection.close();
    process.kill(first.pid, 'SIGKILL');
    await first.exited;
    const second = await startDevServer({ dbFile, port: Number(first.address.split(':')[1]), uiPort: null, namespace: 'kept' });
    const again = await connect(second);
    const described = await again.workflowService.describeWorkflowExecution({
      namespace: 'kept',
      execution: { workflowId: 'still-here' },
    });
    expect(described.workflowExecutionInfo?.type?.name).toBe('anything');
    await again.close();
    await second.stop();
    await second.stop();
    await fs.rm(folder, { recursive: true });
  });

  it('ends when the process that started it is killed', async () => {
    const script = `const { startDevServer } = await import(${JSON.stringify(path.resolve('dist/src/temporal/server/dev-server.js'))});
      console.log((await startDevServer({ uiPort: null })).pid);`;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    const pid = Number(line.toString());
    expect(process.kill(pid, 0)).toBe(true);
    parent.kill('SIGKILL');
    await eventually(
      () => isAlive(pid),
      (alive) => !alive,
    );
  });

  it('serves the web UI when asked', async () => {
    const withUi = await startTestServer({ uiPort: 0 });
    const page = await fetch(withUi.uiUrl ?? '');
    expect(page.status).toBe(200);
    await withUi.stop();
  });
});

describe('search attributes', () => {
  it('are created once, whoever asks', async () => {
    const connection = await connect(server);
    await connection.workflowService.registerNamespace({
      namespace: 'fresh',
      workflowExecutionRetentionPeriod: { seconds: 86_400 as never },
    });
    await connection.close();
    const fresh = await untilNamespace('fresh');
    const [left, right] = await Promise.all([ensureSearchAttributes(fresh, 'fresh'), ensureSearchAttributes(fresh, 'fresh')]);
    expect(new Set([...left, ...right])).toEqual(new Set(Object.keys(SEARCH_ATTRIBUTE_TYPES)));
    expect(await ensureSearchAttributes(fresh, 'fresh')).toEqual([]);
    await fresh.close();
  });
});

async function untilNamespace(namespace: string): ReturnType<typeof connect> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await connect({ address: server.address, namespace });
    } catch (error) {
      if (attempt === 50) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
