import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { execFile } from 'node:child_process';
import fs from 'node:fs/promises';
import path from 'node:path';
import { findTemporalBinary } from '../../src/temporal/server/find-binary.js';
import { CliProcess } from '../test-processes.js';
import { startTestServer } from '../test-temporal.js';
import type { TestServer } from '../test-temporal.js';
import { eventually } from '../eventually.js';

jest.setTimeout(180_000);

const PAGE = 'docs/starting-runs.md';
const FLIGHT_DELAY = 'test/docs/starting-runs/flight-delay.ts';

interface Outcome {
  readonly code: number;
  readonly output: string;
}

let server: TestServer;
let folder: string;
let worker: CliProcess | null = null;
let env: NodeJS.ProcessEnv;
let commands: string[];
const executed = new Set<string>();

/** The one command of the page that holds all of these words. */
function commandWith(...words: readonly string[]): string {
  const fitting = commands.filter((command) => words.every((word) => command.includes(word)));
  expect(fitting).toHaveLength(1);
  return fitting[0]!;
}

/** Runs a command of the page in a shell, exactly as it is written there. */
async function execute(...words: readonly string[]): Promise<Outcome> {
  const command = commandWith(...words);
  executed.add(command);
  return shell(command);
}

function shell(command: string): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile('sh', ['-c', command], { env, timeout: 60_000 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), output: `${stdout}${stderr}` });
    });
  });
}

const fences = (page: string, language: string): string[] =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, 'gm'))].map((match) => match[1]!.trim());

beforeAll(async () => {
  const page = await fs.readFile(PAGE, 'utf8');
  commands = fences(page, 'sh');
  await fs.mkdir('.perennial', { recursive: true });
  // Inside the repository, so that the snippet's `import ... from 'perennial-ml'` finds the package.
  folder = await fs.mkdtemp(path.resolve('.perennial', 'starting-runs-'));
  const [snippet] = fences(page, 'ts');
  await fs.writeFile(path.join(folder, 'reviewed.ts'), snippet!);
  server = await startTestServer();
  const binary = await findTemporalBinary();
  env = { ...process.env, TEMPORAL_ADDRESS: server.address, PATH: `${path.dirname(binary.path)}:${process.env['PATH'] ?? ''}` };
  worker = await CliProcess.start(
    ['worker', FLIGHT_DELAY, path.join(folder, 'reviewed.ts'), '--store', path.join(folder, 'store')],
    env,
  );
});

afterAll(async () => {
  await worker?.stop();
  await server.stop();
  await fs.rm(folder, { recursive: true, force: true });
});

describe(PAGE, () => {
  it('starts runs', async () => {
    expect(await execute(`workflow start --type flight-delay --task-queue ml --input`)).toMatchObject({
      code: 0,
      output: expect.stringContaining('WorkflowId'),
    });
    expect((await execute('workflow start', '--workflow-id january')).code).toBe(0);
    const status = await execute('workflow query', 'january');
    expect(status.output).toMatch(/"pipeline": *"flight-delay"/);
    const result = await execute('workflow result', 'january');
    expect(result).toMatchObject({ code: 0, output: expect.stringMatching(/COMPLETED[^]*succeeded/) });
  });

  it('fails wrong parameters at once and names every one', async () => {
    const { code, output } = await execute('workflow execute', '--workflow-id wrong');
    expect(code).not.toBe(0);
    const [lines] = fences(await fs.readFile(PAGE, 'utf8'), 'text');
    for (const line of lines!.split('\n')) expect(output.replaceAll('\\"', '"')).toContain(line);
    const history = (await execute('workflow show', 'wrong')).output;
    expect(history).toMatch(/"type": *"AUTHORING_PARAMETERS_INVALID"/);
    expect(history).not.toContain('EVENT_TYPE_ACTIVITY_TASK_SCHEDULED');
  });

  it('fails an unknown pipeline at once and lists the known ones', async () => {
    const { code, output } = await execute('workflow execute', '--workflow-id typo');
    expect(code).not.toBe(0);
    expect((await execute('workflow show', 'typo')).output).toMatch(/"type": *"EXECUTION_UNKNOWN_PIPELINE"/);
    expect(output).toContain('flight-delay, reviewed-export');
  });

  it('runs on a schedule', async () => {
    expect((await execute('schedule create')).code).toBe(0);
    expect((await execute('schedule trigger')).code).toBe(0);
    // A description names runs only while they go on, and this one is quick.
    const started = async (): Promise<string> =>
      (await shell('temporal workflow list --query \'WorkflowType = "flight-delay"\'')).output;
    await eventually(started, (output) => /nightly-\d{4}-/.test(output));
    expect((await execute('schedule describe')).output).toMatch(/ActionCounts +\{"Total":1,/);
    expect((await execute('schedule delete')).code).toBe(0);
  });

  it('signals and updates continuous training', async () => {
    expect((await execute('signal-with-start')).code).toBe(0);
    expect((await execute('workflow signal --workflow-id')).code).toBe(0);
    const { output } = await execute('--type explain');
    expect(output).toContain('drift/distance/2001-03-01');
    expect(output).toContain('rows/2001-03-02');
    expect(await execute('--name pause')).toMatchObject({ code: 0, output: expect.stringMatching(/paused"?: *true/) });
  });

  it('approves and rejects', async () => {
    expect((await execute('workflow start', 'export-1')).code).toBe(0);
    await waiting();
    const approved = await execute('--name approve');
    expect(approved).toMatchObject({ code: 0, output: expect.stringContaining('reviewed-export') });
    expect(await execute('workflow result', 'export-1')).toMatchObject({
      code: 0,
      output: expect.stringMatching(/"releasedBy": *"maria"/),
    });
    const again = await execute('--name approve');
    expect(again.code).not.toBe(0);
    expect((await execute('workflow start', 'export-2')).code).toBe(0);
    await waiting();
    expect((await execute('--name reject')).code).toBe(0);
  });

  it('has no command that was not executed', () => {
    expect(commands.filter((command) => !executed.has(command))).toEqual([]);
  });

  async function waiting(): Promise<void> {
    await eventually(
      () => execute('workflow list'),
      ({ output }) => output.includes('export-'),
      100,
    );
  }
});
