import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Plan } from '../../../src/contracts/plan.js';
import type { RunResult, RunStatus } from '../../../src/contracts/run.js';
import { CliProcess } from '../../test-processes.js';
import { startTestServer } from '../../test-temporal.js';
import type { TestServer } from '../../test-temporal.js';
import { runCli, spawnCli } from './run-cli.js';
import type { CliResult } from './run-cli.js';
import { eventually } from '../../eventually.js';

jest.setTimeout(120_000);

const COUNTING = 'test/integration/cli/counting.ts';
const RELEASE = 'test/integration/cli/release.ts';

let server: TestServer;
let folder: string;
let worker: CliProcess | null = null;

const environment = (): Record<string, string> => ({
  TEMPORAL_ADDRESS: server.address,
  PERENNIAL_STORE: path.join(folder, 'store'),
  PERENNIAL_TASK_QUEUE: 'cli-test',
  PERENNIAL_USER: 'maria',
});
/** By the program itself, in a process of its own. */
const spawned = (...words: readonly string[]): Promise<CliResult> => spawnCli(words, environment());
const cli = (...words: readonly string[]): Promise<CliResult> => runCli(words, environment());
const json = <T>(result: CliResult): T => JSON.parse(result.stdout) as T;

beforeAll(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'perennial-cli-'));
  server = await startTestServer();
  worker = await CliProcess.start(['worker', COUNTING, RELEASE], environment());
});
afterAll(async () => {
  await worker?.stop();
  await server.stop();
  await fs.rm(folder, { recursive: true, force: true });
});

describe('perennial worker', () => {
  it('says what it serves when it is ready', () => {
    expect(worker?.ready).toMatchObject({ ready: true, taskQueue: 'cli-test', pipelines: ['counting', 'release'] });
  });
});

describe('perennial run', () => {
  it('runs a file and follows it line by line to its end', async () => {
    const result = await spawned('run', COUNTING, '--param', 'upTo=4', '--id', 'count-1', '--follow');
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(result.stdout).toMatch(/Started counting as count-1 on queue cli-test/);
    expect(result.stdout).toMatch(/numbers +succeeded +\d\.\d s +upTo=4\n[^]*doubled +succeeded[^]*run is succeeded/);
  });

  it('runs a pipeline by its name and prints the result as JSON', async () => {
    const result = await cli('run', 'counting', '--params', '{"upTo":2}', '--follow', '--json');
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(json<RunResult>(result)).toMatchObject({ status: 'succeeded', results: { doubled: { count: 4 } } });
  });

  it('ends with 1 and the coded reason when the run fails', async () => {
    const result = await spawned('run', COUNTING, '--param', 'broken=1', '--follow');
    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(/^error [A-Z_]+ .*the abacus is broken/m);
    expect(result.stderr).toMatch(/^ {2}do /m);
  });

  it('ends with 2 for wrong parameters: at once with a file, by the run itself with a name', async () => {
    for (const target of [COUNTING, 'counting']) {
      const result = await cli('run', target, '--params', '{"upTo":10,"speed":"fast"}', '--follow');
      expect(result.code).toBe(2);
      expect(result.stderr).toMatch(/AUTHORING_PARAMETERS_INVALID/);
      expect(result.stderr).toMatch(/upTo/);
      expect(result.stderr).toMatch(/speed/);
    }
  });

  it('ends with 2 for a pipeline that no worker knows, and lists those that they know', async () => {
    const result = await cli('run', 'cuonting', '--follow');
    expect(result.code).toBe(2);
    expect(result.stderr).toMatch(/EXECUTION_UNKNOWN_PIPELINE[^]*counting, release/);
  });

  it('carries a run out by itself with --worker', async () => {
    const result = await cli('run', COUNTING, '--worker', '--task-queue', 'alone', '--json');
    expect(result).toMatchObject({ code: 0 });
    expect(json<RunResult>(result).results['doubled']).toEqual({ count: 6 });
  });

  it('says that no worker is there instead of waiting for ever', async () => {
    const started = await cli('run', 'counting', '--task-queue', 'nobody', '--id', 'lonely', '--json');
    expect(json<{ workflowId: string }>(started)).toMatchObject({ workflowId: 'lonely', taskQueue: 'nobody' });
    const result = await cli('status', 'lonely');
    expect(result.code).toBe(3);
    expect(result.stderr).toMatch(/CLI_QUEUE_WITHOUT_WORKER[^]*perennial worker FILE/);
    expect((await cli('cancel', 'lonely')).code).toBe(0);
  });
});

describe('a run that waits for people', () => {
  it('is approved, blocks, and is resumed', async () => {
    const flag = path.join(folder, 'flag');
    await cli('run', 'release', '--param', `flag=${flag}`, '--id', 'release-1', '--by', 'Otto');
    const waiting = await until('release-1', 'waiting');
    expect(waiting.code).toBe(4);
    expect(waiting.stdout).toMatch(/approval +waiting +for /);
    const gates = await cli('approvals', 'release-1');
    expect(gates).toMatchObject({ code: 0, stderr: '' });
    expect(gates.stdout).toMatch(/^approval +release-1\n +May it go out\?\n/);
    expect(gates.stdout).toContain('1 of 1 approval missing; anybody may answer; not Otto, who started the run\n');
    expect(gates.stdout).toContain("perennial approve release-1 --step 'approval'");
    const own = await cli('approve', 'release-1', '--step', 'approval', '--by', 'otto');
    expect(own.code).toBe(2);
    expect(own.stderr).toMatch(/EXECUTION_APPROVAL_REFUSED[^]*otto started the run/);

    const wrong = await cli('approve', 'release-1', '--step', 'publish');
    expect(wrong.code).toBe(1);
    expect(wrong.stderr).toMatch(/error EXECUTION_UPDATE_REFUSED/);
    expect(await cli('approve', 'release-1', '--step', 'approval', '--reason', 'fine')).toMatchObject({ code: 0, stderr: '' });
    expect(json<unknown[]>(await cli('approvals', 'release-1', '--json'))).toEqual([]);

    const blocked = await until('release-1', 'blocked');
    expect(blocked.code).toBe(4);
    expect(blocked.stdout).toMatch(/the flag is not there/);
    await fs.writeFile(flag, '');
    expect(await cli('resume', 'release-1', '--step', 'publish')).toMatchObject({ code: 0 });

    const watched = await cli('watch', 'release-1', '--json');
    const events = watched.stdout.trim().split('\n');
    const end = JSON.parse(events.at(-1) ?? '') as RunResult;
    expect(end).toMatchObject({ event: 'end', status: 'succeeded', results: { publish: { approvedBy: 'maria' } } });
  });

  it('is rejected with a reason', async () => {
    await cli('run', 'release', '--param', 'flag=x', '--id', 'release-2', '--by', 'Otto');
    await until('release-2', 'waiting');
    expect(await cli('reject', 'release-2', '--step', 'approval', '--reason', 'not today')).toMatchObject({ code: 0 });
    const watched = await cli('watch', 'release-2');
    expect(watched.code).toBe(1);
    expect(watched.stderr).toMatch(/EXECUTION_GATE_REJECTED[^]*not today/);
  });

  it('is cancelled', async () => {
    await cli('run', 'release', '--param', 'flag=x', '--id', 'release-3');
    await until('release-3', 'waiting');
    expect((await cli('cancel', 'release-3')).stdout).toBe('Asked release-3 to stop.\n');
    expect((await cli('watch', 'release-3')).code).toBe(1);
    expect(json<RunStatus>(await cli('status', 'release-3', '--json')).status).toBe('cancelled');
  });

  async function until(run: string, status: string): Promise<CliResult> {
    return eventually(
      () => cli('status', run),
      ({ stdout }) => stdout.includes(status),
    );
  }
});

describe('reading commands', () => {
  it('show the plan and the graph of a file without a server', async () => {
    const away = { ...environment(), TEMPORAL_ADDRESS: '127.0.0.1:9' };
    const plan = JSON.parse((await runCli(['plan', COUNTING, '--json'], away)).stdout) as Plan;
    expect(plan.steps.map(({ id }) => id)).toEqual(['numbers', 'doubled']);
    expect((await runCli(['plan', COUNTING], away)).stdout).toMatch(/counting[^]*numbers[^]*upTo/);
    expect((await runCli(['graph', COUNTING], away)).stdout).toMatch(/numbers[^]*doubled/);
    expect((await runCli(['graph', COUNTING, '--format', 'mermaid'], away)).stdout).toMatch(/^(flowchart|graph) /m);
  });

  it('show the graph and the status of a run, and list runs', async () => {
    await cli('run', 'counting', '--id', 'count-9', '--follow');
    expect((await cli('graph', 'count-9')).stdout).toMatch(/numbers[^]*succeeded/);
    expect(json<RunStatus>(await cli('status', 'count-9', '--json')).steps).toHaveLength(2);
    expect((await cli('runs', '--pipeline', 'counting')).stdout).toMatch(/count-9[^]*COMPLETED/);
    expect(json<unknown[]>(await cli('runs', '--limit', '1', '--json'))).toHaveLength(1);
  });

  it('name a run, a model or a version that is not there', async () => {
    for (const command of ['status', 'watch', 'reset', 'graph', 'logs']) {
      const run = await cli(command, 'nothing-of-this-name', '--json');
      expect([command, run.code]).toEqual([command, 2]);
      expect(JSON.parse(run.stderr)).toMatchObject({ error: { code: 'EXECUTION_RUN_NOT_FOUND' } });
    }
    expect(await cli('models', 'show', 'nothing')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('REGISTRY_VERSION_NOT_FOUND'),
    });
    expect(await cli('models', 'list', '--json')).toMatchObject({ code: 0, stdout: '[]\n' });
  });
});

describe('perennial signal', () => {
  it("reaches the model's continuous-training entity, and a repeat is harmless", async () => {
    for (let repeat = 0; repeat < 2; repeat++) {
      const words = [
        'signal',
        'drift',
        'speed',
        '--column',
        'distance',
        '--score',
        '0.3',
        '--threshold',
        '0.1',
        '--at',
        '2001-03-01',
        '--id',
        'w9',
      ];
      expect(await cli(...words)).toMatchObject({ code: 0, stderr: '' });
    }
    expect(await cli('signal', 'new-data', 'speed', '--rows', '500', '--at', '2001-03-02')).toMatchObject({ code: 0 });
    expect(await cli('signal', 'new-data', 'speed', '--rows', 'many')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('finite number'),
    });
  });

  it('rolls nothing back when there is no version before, and makes no version champion that there is not', async () => {
    const result = await cli('models', 'rollback', 'speed', '--reason', 'try');
    expect(result.stderr).toMatch(/REGISTRY_NO_PREVIOUS/);
    expect(result.code).toBe(1);
    const promoted = await cli('models', 'promote', 'speed', '7', '--reason', 'try');
    expect(promoted.stderr).toMatch(/REGISTRY_VERSION_NOT_FOUND/);
    expect(promoted.code).toBe(2);
  });
});

describe('perennial setup and doctor', () => {
  it('find all in order', async () => {
    expect(await cli('setup')).toMatchObject({ stderr: '', stdout: expect.stringContaining('has all search attributes') });
    const result = await cli('doctor', '--json');
    const { ok, checks } = json<{ ok: boolean; checks: { name: string; status: string }[] }>(result);
    expect(checks.filter(({ status }) => status === 'fail')).toEqual([]);
    expect({ ok, code: result.code }).toEqual({ ok: true, code: 0 });
    expect(checks.map(({ name }) => name)).toEqual([
      'Node.js',
      'Temporal binary',
      'Temporal server',
      'Search attributes',
      'protobufjs',
      'Ports',
      'Store',
      'Disk space',
      'onnxruntime',
      'secrets',
    ]);
  });

  it('give the cure of each problem and end with 1', async () => {
    const blocked = path.join(folder, 'a-file');
    await fs.writeFile(blocked, '');
    const result = await runCli(['doctor', '--store', path.join(blocked, 'store')], {
      ...environment(),
      TEMPORAL_ADDRESS: '127.0.0.1:9',
    });
    expect(result.code).toBe(1);
    expect(result.stdout).toMatch(/✗ Temporal server +no Temporal server answers[^]*cure: perennial dev/);
    expect(result.stdout).toMatch(/✗ Store [^]*cure: /);
  });
});

describe('perennial dev', () => {
  it('starts all, runs a pipeline, and stops all at one signal', async () => {
    const words = [
      'dev',
      '--port',
      '0',
      '--ui-port',
      '0',
      '--db',
      path.join(folder, 'dev.db'),
      '--pipeline',
      COUNTING,
      '--serve',
      'counting',
      '--serve-port',
      '0',
    ];
    const dev = await CliProcess.start(words, environment());
    const { temporal, modelServer } = dev.ready as {
      temporal: { address: string; uiUrl: string; pid: number };
      modelServer: string;
    };
    const result = await runCli(['run', 'counting', '--address', temporal.address, '--follow', '--json'], environment());
    expect(json<RunResult>(result).status).toBe('succeeded');
    expect((await fetch(temporal.uiUrl)).status).toBe(200);
    expect((await fetch(`${modelServer}/v2/health/live`)).status).toBe(200);
    await dev.stop();
    expect(() => process.kill(temporal.pid, 0)).toThrow(expect.objectContaining({ code: 'ESRCH' }));
    await expect(fetch(modelServer)).rejects.toThrow();
  });

  it('names a port in use', async () => {
    const result = await cli('dev', '--port', String(server.port), '--ui-port', '0', '--db', path.join(folder, 'other.db'));
    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(
      new RegExp(`error TEMPORAL_PORT_IN_USE port ${server.port} is in use[^]*lsof -i :${server.port}`),
    );
  });
});

describe('without a server', () => {
  it('every command that needs one ends with 3 and says what to do', async () => {
    const away = { ...environment(), TEMPORAL_ADDRESS: '127.0.0.1:9' };
    for (const words of [
      ['run', COUNTING],
      ['status', 'x'],
      ['worker', COUNTING],
      ['approve', 'x', '--step', 's'],
      ['setup'],
      ['runs'],
    ]) {
      const result = await runCli(words, away);
      expect(result).toMatchObject({ code: 3, stderr: expect.stringContaining('perennial dev') });
    }
  });
});
