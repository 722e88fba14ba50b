import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { execFile } from 'node:child_process';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { CliProcess } from '../test-processes.js';

jest.setTimeout(180_000);

const PAGE = 'docs/tutorial.md';
/** What the page's addresses are here: other tests use the ports of the page at the same time. */
const SERVER = '127.0.0.1:8080';
const TEMPORAL = '127.0.0.1:7233';

interface Block {
  readonly language: string;
  readonly text: string;
  /** The last file that the text before the block names. */
  readonly file: string | null;
}

/** A command block, the output that the page shows below it, and the files that it has the reader write before it. */
interface Step {
  readonly title: string;
  readonly files: readonly { readonly name: string; readonly text: string }[];
  readonly commands: string;
  readonly shown: readonly string[];
}

let folder: string;
/** Where the reader's shell is. */
let here: string;
let dev: CliProcess | null = null;
let env: NodeJS.ProcessEnv = { ...process.env, NO_COLOR: '1', npm_config_update_notifier: 'false' };
let lastOutput = '';

const steps = stepsOf(blocksOf(await fs.readFile(PAGE, 'utf8')));

beforeAll(async () => {
  folder = await fs.realpath(await fs.mkdtemp(path.join(os.tmpdir(), 'perennial-tutorial-')));
  here = folder;
});
afterAll(async () => {
  await dev?.stop();
  await fs.rm(folder, { recursive: true, force: true });
});

describe(PAGE, () => {
  it('goes from an empty folder to a model that is served, watched and trained again', () => {
    const commands = steps.map((step) => step.commands).join('');
    for (const needed of ['npm install', 'perennial dev', 'perennial run', 'curl', 'monitor close', 'retrain-1'])
      expect(commands).toContain(needed);
    expect(steps.flatMap(({ files }) => files.map(({ name }) => name))).toEqual(['make-data.mjs', 'pipeline.ts', 'send.mjs']);
  });

  let isBroken = false;
  it.each(steps.map((step, index) => ({ index, ...step })))('step $index: $title', async ({ files, commands, shown }) => {
    expect(isBroken).toBe(false);
    isBroken = true;
    for (const { name, text } of files) await fs.writeFile(path.join(here, name), atOurPorts(text));
    const output = comparable(await execute(commands));
    let from = 0;
    for (const line of shown) {
      const found = patternOf(line).exec(output.slice(from));
      if (found === null) throw new Error(`the page shows\n  ${line}\nbut this came:\n${lastOutput}`);
      from += found.index + found[0].length;
    }
    isBroken = false;
  });
});

/** Runs a block as it is written. Three things differ from a reader's terminal: ports, ids, and where the package comes from. */
async function execute(commands: string): Promise<string> {
  if (/^npx perennial dev/.test(commands)) return startDev(commands);
  const id = /evaluation\/([0-9a-f]{16})/.exec(lastOutput)?.[1] ?? 'ID';
  const script = atOurPorts(commands.replaceAll(/\bID\b/g, id)).replaceAll('npm install perennial-ml', linkPackage());
  const whereItEnds = path.join(folder, 'where');
  lastOutput = await new Promise<string>((resolve, reject) => {
    const words = ['-e', '-c', `${script}\npwd > '${whereItEnds}'`];
    execFile('sh', words, { cwd: here, env, timeout: 100_000 }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout + stderr);
      else reject(new Error(`${commands}\n${stdout}${stderr}`, { cause: error }));
    });
  });
  here = (await fs.readFile(whereItEnds, 'utf8')).trim();
  return lastOutput;
}

async function startDev(command: string): Promise<string> {
  const words = command.trim().split(' ').slice(2);
  const free = ['--port', '0', '--ui-port', '0', '--serve-port', '0'];
  dev = await CliProcess.start([...words, ...free], env, here);
  const { temporal, worker, store } = dev.ready as {
    readonly temporal: { readonly address: string; readonly namespace: string };
    readonly worker: { readonly taskQueue: string; readonly pipelines: readonly string[] };
    readonly store: string;
  };
  env = { ...env, TEMPORAL_ADDRESS: temporal.address };
  lastOutput = [
    `Temporal ${TEMPORAL}, namespace ${temporal.namespace}`,
    `Worker queue ${worker.taskQueue}, pipelines ${worker.pipelines.join(', ')}`,
    `Store ${store}`,
  ].join('\n');
  return lastOutput;
}

/** The model server tells its address when it starts, which is after the first deployment. */
function atOurPorts(text: string): string {
  const address = /model server of late-delivery: http:\/\/([\d.:]+)/.exec(dev?.output ?? '')?.[1];
  return address === undefined ? text : text.replaceAll(SERVER, address);
}

/** What `npm install` leaves, made of this build. That the packed tarball installs is test/examples/packed-tarball.test.ts. */
function linkPackage(): string {
  const repository = path.resolve('.');
  return [
    'mkdir -p node_modules/.bin',
    `ln -s '${repository}' node_modules/perennial-ml`,
    'ln -s ../perennial-ml/dist/src/cli/main.js node_modules/.bin/perennial',
  ].join('\n');
}

function blocksOf(page: string): readonly Block[] {
  return [...page.matchAll(/^```(\w+)\n([^]*?)^```$/gm)].map((match) => {
    const [, language = '', text = ''] = match;
    const before = page.slice(0, match.index).trimEnd().split('\n\n').at(-1) ?? '';
    return { language, text, file: [...before.matchAll(/`([\w-]+\.m?[jt]s)`/g)].at(-1)?.[1] ?? null };
  });
}

function stepsOf(blocks: readonly Block[]): readonly Step[] {
  const found: Step[] = [];
  let files: Step['files'] = [];
  for (const { language, text, file } of blocks) {
    if (language === 'sh') {
      found.push({ title: text.trim().split('\n').at(-1)!, files, commands: text, shown: [] });
      files = [];
    } else if (language === 'text') found.push({ ...found.pop()!, shown: text.split('\n').filter((line) => line.trim() !== '') });
    else if (file === null) throw new Error(`the page does not say which file this is:\n${text}`);
    else files = [...files, { name: file, text }];
  }
  return found;
}

const comparable = (text: string): string => text.replaceAll('│', ' ').replaceAll(/\s+/g, ' ').trim();

/** A line of the page as it must come: fractions and ids of their kind, everything else to the letter. */
function patternOf(line: string): RegExp {
  const parts = comparable(line).split(/([0-9a-f]{8}-[0-9a-f-]{27}|\b[0-9a-f]{12,16}\b|\d+\.\d+(?![.\d:]))/);
  return new RegExp(
    parts
      .map((part, index) => {
        if (index % 2 === 0) return part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
        return part.includes('.') ? String.raw`\d+(?:\.\d+)?` : '[0-9a-f-]+';
      })
      .join(''),
  );
}
