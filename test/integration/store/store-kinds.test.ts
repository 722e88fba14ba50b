import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { connectClient, type PipelineClient } from '../../../src/client/index.js';
import { definePipeline } from '../../../src/index.js';
import { openObjectStore } from '../../../src/store/open-store.js';
import { startTestWorker } from '../../../src/testing/index.js';
import { CliProcess } from '../../test-processes.js';
import { startTestServer, type TestServer } from '../../test-temporal.js';

/** Inside the repository, so that its files find the package by its name. */
const FOLDER = resolve('.perennial', `store-kinds-${process.pid}`);
const PIPELINE = `
import { definePipeline } from 'perennial-ml';
export default definePipeline('keeper', {}, (p) => {
  p.step('keep', {
    run: async (_inputs, { artifacts }) => {
      await artifacts.objects.put('kept/by-step', Buffer.from('from the step'));
      return { pid: process.pid, store: artifacts.objects.uri };
    },
  });
});
`;
const CONFIG = `
import { defineConfig } from 'perennial-ml';
import ${JSON.stringify(resolve('examples/extending/encrypted-store.ts'))};
export default defineConfig({ profiles: { dev: { store: ${JSON.stringify(`encrypted://${join(FOLDER, 'sealed')}?key=STORE_TEST_KEY`)} } } });
`;

describe('a worker whose store is of a kind of its user', () => {
  let server: TestServer;
  let client: PipelineClient;

  beforeAll(async () => {
    process.env['STORE_TEST_KEY'] = randomBytes(32).toString('hex');
    await mkdir(FOLDER, { recursive: true });
    await writeFile(join(FOLDER, 'keeper.ts'), PIPELINE);
    await writeFile(join(FOLDER, 'perennial.config.ts'), CONFIG);
    server = await startTestServer();
    client = await connectClient({ address: server.address });
  }, 120_000);
  afterAll(async () => {
    Reflect.deleteProperty(process.env, 'STORE_TEST_KEY');
    await client.close();
    await server.stop();
    await rm(FOLDER, { recursive: true, force: true });
  }, 60_000);

  const kept = async (): Promise<unknown> => {
    const { workflowId } = await client.start('keeper', {});
    return (await client.result(workflowId)).results['keep'];
  };

  it('opens it by the address of the profile, and so does the process in which a step runs', async () => {
    const worker = await CliProcess.start(['worker', 'keeper.ts'], { TEMPORAL_ADDRESS: server.address }, FOLDER);
    try {
      expect(await kept()).toMatchObject({ store: expect.stringMatching(/^encrypted:/) });
      expect(worker.output).toContain('encrypted://');
      const sealed = await readFile(join(FOLDER, 'sealed', 'kept', 'by-step'));
      expect(sealed.includes('from the step')).toBe(false);
      expect(sealed.length).toBe(13 + 28);
    } finally {
      await worker.stop();
    }
  }, 60_000);

  it('runs steps inside itself with one that has no address, and says so', async () => {
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const folder = await openObjectStore(join(FOLDER, 'open'));
    // A user's own wrapper, whose address nobody else could open.
    const store = new Proxy(folder, {
      get: (target, name) => {
        if (name === 'address') return undefined;
        const member: unknown = Reflect.get(target, name);
        return typeof member === 'function' ? (member.bind(target) as unknown) : member;
      },
    });
    const pipeline = definePipeline('keeper', {}, (p) => {
      p.step('keep', { run: () => ({ pid: process.pid }) });
    });
    const pipelineFiles = [join(FOLDER, 'keeper.ts')];
    const worker = await startTestWorker([pipeline], { pipelineFiles, store, address: server.address });
    try {
      expect(await kept()).toMatchObject({ pid: process.pid });
      expect(warn).toHaveBeenCalledWith(expect.stringContaining('steps run inside the worker: its object store has no address'));
    } finally {
      warn.mockRestore();
      await worker.stop();
    }
  }, 60_000);
});
