import fs from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectClient, failureCode, type PipelineClient } from '../../../src/client/index.js';
import type { CommandResult } from '../../../src/contracts/stages/command.js';
import { definePipeline, param } from '../../../src/index.js';
import { createArtifactStore } from '../../../src/store/artifacts/create-artifact-store.js';
import { openObjectStore } from '../../../src/store/open-store.js';
import { runInProcess } from '../../../src/testing/index.js';
import { createPipelineWorker, type PipelineWorker } from '../../../src/worker/index.js';
import { startTestServer, type TestServer } from '../../test-temporal.js';
import { temporaryFolder, until } from '../execution-fixtures.js';

const TRAIN = `
set -e
cp -r "$SM_CHANNEL_ROWS" seen
echo "epoch 1/2 loss=0.5"; echo "epoch 2/2 loss=0.25"
echo '{"name":"auc","value":0.5,"step":1}' > output/metrics.jsonl
echo '{"name":"auc","value":0.75,"step":2}' >> output/metrics.jsonl
cat seen/output/rows.csv > model/model.txt
echo "{\\"rows\\": $(wc -l < seen/output/rows.csv), \\"kind\\": \\"$SM_HP_KIND\\"}" > output/result.json
cp input/config.json "$PERENNIAL_OUTPUT_DIR/config.json"
env | sort > output/data/environment.txt
`;
const NOT_READY = `test "$PERENNIAL_ATTEMPT" = 1 && { echo '{"message":"not yet","retryable":true}' > output/failure.json; exit 9; }; true`;
const quickly = { retry: { initialInterval: '50 milliseconds' } } as const;

const files = definePipeline('files', { params: { count: param.integer(), kind: param.string({ default: 'big' }) } }, (p) => {
  const rows = p.command('rows', { command: ['sh', '-c', 'seq "$1" > output/rows.csv', 'sh', p.params.count] });
  const model = p.command('train', {
    command: ['sh', '-c', TRAIN],
    inputs: { rows },
    env: { LEVEL: 3 },
    hyperparameters: { kind: p.params.kind, layers: [1, 2] },
    metrics: { loss: /loss=(\S+)/ },
    progress: /epoch (\d+)\/(\d+)/,
    outputs: ['model/model.txt'],
    result: { rows: param.integer(), kind: param.string() },
  });
  p.step('read', {
    inputs: { model },
    run: async ({ model: { value, model: folder, metrics } }, { artifacts }) => {
      if (folder === null) throw new Error('no model');
      const text = (await artifacts.readFile(folder, 'model.txt')).toString();
      return { rows: value.rows, kind: value.kind, lines: text.trim().split('\n').length, metrics };
    },
  });
});

const ends = definePipeline('ends', { params: { script: param.string() } }, (p) => {
  p.command('run', {
    ...quickly,
    command: ['sh', '-c', p.params.script],
    metrics: { loss: /loss=(\S+)/ },
    grace: '500 milliseconds',
    timeout: '20 seconds',
    heartbeat: '1 second',
  });
});
const declared = definePipeline('declared', { params: { script: param.string() } }, (p) => {
  p.command('run', {
    command: ['sh', '-c', p.params.script],
    outputs: ['output/report.html'],
    result: { auc: param.number({ max: 1 }) },
  });
});

describe('a command', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let server: TestServer;
  let client: PipelineClient;
  let worker: PipelineWorker;
  let running: Promise<void>;

  beforeAll(async () => {
    folder = await temporaryFolder();
    server = await startTestServer();
    client = await connectClient({ address: server.address });
    worker = await createPipelineWorker({ pipelines: [files, ends, declared], store: folder.path, address: server.address });
    running = worker.run();
  });
  afterAll(async () => {
    worker.shutdown();
    await running;
    await client.close();
    await server.stop();
    await folder.remove();
  });

  const failureOf = async (
    pipeline: typeof ends,
    script: string,
  ): Promise<{ code: string; message: string; workflowId: string }> => {
    const { workflowId } = await client.start(pipeline, { script });
    const error: unknown = await client.result(workflowId).catch((reason: unknown) => reason);
    return { ...failureCode(error), workflowId };
  };

  it('gets files and values, and gives files, metrics and a typed result', async () => {
    const { workflowId } = await client.start(files, { count: 7 });
    const { results, steps } = await client.result(workflowId);
    expect(results['read']).toEqual({ rows: 7, kind: 'big', lines: 7, metrics: { loss: 0.25, auc: 0.75 } });
    expect(steps.find(({ id }) => id === 'train')?.metrics).toEqual({ loss: 0.25, auc: 0.75 });
    const artifacts = createArtifactStore(await openObjectStore(folder.path));
    const { output, model } = results['train'] as unknown as CommandResult;
    expect(output).toMatchObject({ kind: 'files', meta: { folder: 'output', files: 3 } });
    const config = JSON.parse((await artifacts.readFile(output!, 'config.json')).toString()) as Record<string, unknown>;
    expect(config).toMatchObject({
      step: 'train',
      parameters: { count: 7, kind: 'big' },
      hyperparameters: { kind: 'big', layers: [1, 2] },
      data: { rows: [{ name: 'rows.csv', path: 'rows/output/rows.csv', bytes: 14 }] },
    });
    const environment = (await artifacts.readFile(output!, 'data/environment.txt')).toString();
    for (const line of ['LEVEL=3', 'SM_HP_KIND=big', 'SM_CHANNELS=["rows"]', 'SM_CURRENT_HOST=algo-1', 'PERENNIAL_STEP=train'])
      expect(environment).toContain(`${line}\n`);
    expect(environment).not.toContain('NODE_OPTIONS');
    expect((await artifacts.manifest(model!)).inputs).toEqual([
      { kind: 'files', id: (results['rows'] as unknown as CommandResult).output?.id },
    ]);
  });

  it.each([
    ['an exit code of its own', 'echo "bad rows" >&2; exit 3', 'COMMAND_FAILED', 'bad rows'],
    ['a program that is not there', 'no-such-program-here', 'COMMAND_NOT_FOUND', 'PATH is'],
    ['a metric that is none', 'echo loss=nan', 'EXECUTION_METRIC_NOT_FINITE', '"loss"'],
  ])('is not retried after %s', async (_, script, code, words) => {
    const failure = await failureOf(ends, `echo x >> ${folder.path}/tries; ${script}`);
    expect(failure).toMatchObject({ code, message: expect.stringContaining(words) });
    expect((await fs.readFile(path.join(folder.path, 'tries'), 'utf8')).trim()).toBe('x');
    await fs.rm(path.join(folder.path, 'tries'));
  });

  it('is retried when it says that this may help, and when it is killed', async () => {
    for (const script of [NOT_READY, 'test "$PERENNIAL_ATTEMPT" = 1 && kill -9 $$; true']) {
      const { workflowId } = await client.start(ends, { script });
      expect((await client.result(workflowId)).status).toBe('succeeded');
    }
  });

  it('that ends with 0 but lacks what it declares has failed', async () => {
    expect(await failureOf(declared, 'true')).toMatchObject({
      code: 'COMMAND_OUTPUT_MISSING',
      message: expect.stringContaining('report.html'),
    });
    const wrong = await failureOf(declared, `touch output/report.html; echo '{"auc": 7, "x": 1}' > output/result.json`);
    expect(wrong).toMatchObject({
      code: 'COMMAND_RESULT_INVALID',
      message: expect.stringMatching(/x: expected a known name.*auc: expected a number <= 1, got 7/s),
    });
  });

  it('that never ends is cancelled with all its processes', async () => {
    const pid = path.join(folder.path, 'pid');
    const { workflowId } = await client.start(ends, {
      script: `sleep 300 & echo $! > ${pid}; trap '' TERM; while :; do sleep 0.1; done`,
    });
    let child = '';
    while (!child.endsWith('\n')) {
      await sleep(30);
      child = await fs.readFile(pid, 'utf8').catch(() => '');
    }
    await client.cancel(workflowId);
    const status = await until(client, workflowId, ({ status: state }) => state === 'cancelled');
    expect(status.steps[0]).toMatchObject({ status: 'cancelled', failure: { code: 'EXECUTION_STEP_CANCELLED' } });
    expect(() => process.kill(Number(child), 0)).toThrow('ESRCH');
  });

  it('floods its output: the run succeeds, the log is bounded, and memory stays small', async () => {
    const before = process.memoryUsage().rss;
    const { workflowId } = await client.start(ends, {
      script: 'yes "a line of some length, again and again" | head -n 400000; echo the end',
    });
    expect((await client.result(workflowId)).status).toBe('succeeded');
    expect(process.memoryUsage().rss - before).toBeLessThan(300 * 1024 * 1024);
    const objects = await openObjectStore(folder.path);
    let bytes = 0;
    let last = '';
    for await (const { key, bytes: size } of objects.list(`logs/${workflowId}/`)) {
      bytes += size;
      last = (await objects.get(key)).bytes.toString();
    }
    expect(bytes).toBeGreaterThan(1_000_000);
    expect(bytes).toBeLessThan(9 * 1024 * 1024);
    expect(last).toContain('the end');
  });

  it('runs in this process too, and resumes from its checkpoint there', async () => {
    const resuming = definePipeline('resuming', { params: {} }, (p) => {
      p.command('train', {
        ...quickly,
        command: [
          'sh',
          '-c',
          'if test -f checkpoint/deep/epoch; then cp checkpoint/deep/epoch output/resumed; else mkdir checkpoint/deep; echo 5 > checkpoint/deep/epoch; kill -9 $$; fi',
        ],
      });
    });
    const { status, results } = await runInProcess(resuming, {}, { store: folder.path });
    expect(status).toBe('succeeded');
    const artifacts = createArtifactStore(await openObjectStore(folder.path));
    const { output } = results['train'] as unknown as CommandResult;
    expect((await artifacts.readFile(output!, 'resumed')).toString()).toBe('5\n');
    const left: string[] = [];
    for await (const { key } of artifacts.objects.list('checkpoints/in-process')) left.push(key);
    expect(left).toEqual([]);
  });
});
