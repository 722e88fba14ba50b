import { execFile } from 'node:child_process';
import fs from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectClient, failureCode, type PipelineClient } from '../../../src/client/index.js';
import { CliProcess } from '../../test-processes.js';
import { startTestServer, type TestServer } from '../../test-temporal.js';
import { temporaryFolder } from '../execution-fixtures.js';

const PIPELINES = ['leaking', 'failing-leak', 'missing-secrets'].map((name) => `test/integration/fixtures/${name}.ts`);
const VALUE = 'hunter2-very-secret/value+1';
/** Every form in which the fixture tries to get the value out. */
const FORMS = [
  VALUE,
  Buffer.from(VALUE).toString('base64').replaceAll('=', ''),
  Buffer.from(VALUE).toString('hex'),
  encodeURIComponent(VALUE),
];

const leaksIn = (text: string): string[] => FORMS.filter((form) => text.includes(form));

async function textsBelow(folder: string): Promise<string> {
  const entries = await fs.readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  return (await Promise.all(files.map((file) => fs.readFile(file, 'latin1')))).join('\n');
}

describe('the value of a secret', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let server: TestServer;
  let client: PipelineClient;
  let worker: CliProcess;
  let store: string;

  beforeAll(async () => {
    folder = await temporaryFolder();
    store = path.join(folder.path, 'store');
    const mounted = path.join(folder.path, 'mounted');
    await fs.mkdir(mounted);
    await fs.writeFile(path.join(mounted, 'TOKEN'), `${VALUE}\n`);
    server = await startTestServer();
    client = await connectClient({ address: server.address });
    const environment = { PERENNIAL_SECRETS_DIR: mounted, PERENNIAL_STORE: store, TEMPORAL_ADDRESS: server.address };
    worker = await CliProcess.start(['worker', ...PIPELINES], environment);
  });
  afterAll(async () => {
    await client.close();
    await worker.stop();
    await server.stop();
    await folder.remove();
  });

  const historyOf = async (workflowId: string): Promise<string> => {
    const connection = await Connection.connect({ address: server.address });
    try {
      const handle = new Client({ connection }).workflow.getHandle(workflowId);
      const { raw } = await handle.describe();
      const history = await handle.fetchHistory();
      // Payloads are bytes: show them as text.
      return JSON.stringify([raw, history], (_, value: unknown) =>
        value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value,
      );
    } finally {
      await connection.close();
    }
  };

  it('reaches the step, and is nowhere else, although the steps try to get it out', async () => {
    const { workflowId } = await client.start('leaking', {});
    const { results } = await client.result(workflowId);
    expect(results['code']).toEqual({
      length: VALUE.length,
      leak: '[secret TOKEN]',
      deep: ['x[secret TOKEN]x', '[secret TOKEN]'],
    });
    expect(results['program']).toMatchObject({ metrics: { length: VALUE.length } });
    const { stdout: logs } = await promisify(execFile)(process.execPath, [
      'dist/src/cli/main.js',
      'logs',
      workflowId,
      '--store',
      store,
    ]);
    expect(logs).toContain('the token is [secret TOKEN]');
    expect(logs).toContain('stdout [secret TOKEN]');
    const history = await historyOf(workflowId);
    expect(history).toContain('leaking');
    for (const [place, text] of Object.entries({ history, logs, output: worker.output, store: await textsBelow(store) }))
      expect({ place, leaks: leaksIn(text) }).toEqual({ place, leaks: [] });
  });

  it.each([
    ['thrown', 'EXECUTION_STEP_FAILED'],
    ['stderr', 'COMMAND_FAILED'],
    ['file', 'SECRET_LEAKED'],
    ['checkpoint', 'SECRET_LEAKED'],
  ])('is in no error when it is leaked by %s', async (way, code) => {
    const { workflowId } = await client.start('failing-leak', { way });
    const error: unknown = await client.result(workflowId).catch((reason: unknown) => reason);
    expect(failureCode(error).code).toBe(code);
    const texts = { history: await historyOf(workflowId), output: worker.output, store: await textsBelow(store) };
    for (const [place, text] of Object.entries(texts)) expect({ place, leaks: leaksIn(text) }).toEqual({ place, leaks: [] });
  });

  it('that is missing fails the step with all names and places; the worker had said so', async () => {
    const { workflowId } = await client.start('missing-secrets', {});
    const error: unknown = await client.result(workflowId).catch((reason: unknown) => reason);
    expect(failureCode(error)).toMatchObject({
      code: 'SECRET_MISSING',
      message: expect.stringContaining('ABSENT_ONE, ABSENT_TWO'),
    });
    expect(worker.output).toContain('SECRET_MISSING');
    expect(worker.output).toContain('ABSENT_ONE, ABSENT_TWO');
  });
});
