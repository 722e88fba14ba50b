import { randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import type { CommandConfig } from '../../contracts/stages/command.js';
import { PipelineError } from '../../errors/pipeline-error.js';
import { sha256Hex } from '../../store/hash.js';
import { livingProcesses } from '../../store/claims/living-processes.js';
import { withBuildLock } from './build-lock.js';
import { runProgram } from '../program/process-group.js';

type PythonConfig = Extract<CommandConfig, { readonly program: 'python' }>;

export type PythonPlace = {
  /** Folder of this machine that keeps environments. */
  readonly cache: string;
  /** Folder from which paths are read. */
  readonly project: string;
  readonly env: { readonly [name: string]: string };
  readonly where: string;
  readonly signal: AbortSignal;
  readonly onLine: (source: 'stdout' | 'stderr', line: string) => string;
};

const GRACE_MS = 5_000;
const TAIL_LINES = 25;
const FACTS = 'import sys, sysconfig; print(sys.version.replace(chr(10), " "), sys.prefix, sysconfig.get_platform())';

/**
 * The interpreter that runs a script: the named one, or that of the virtual environment of its requirements, which is made once for each
 * content of the requirements and each Python. An environment is built in a folder of its own and published last, so that one cut off in
 * the middle is never used, and two processes that build the same do not disturb each other.
 * @throws PipelineError `COMMAND_NOT_FOUND`, `COMMAND_FILE_MISSING`, `PYTHON_ENVIRONMENT_FAILED`, `PYTHON_REQUIREMENTS_FAILED`.
 */
export async function pythonFor(config: Pick<PythonConfig, 'python' | 'requirements'>, place: PythonPlace): Promise<string> {
  const { python, requirements } = config;
  if (requirements === null) return python;
  const { file, content } = await readRequirements(requirements, place);
  const facts = await ask(python, ['-c', FACTS], place);
  const hash = sha256Hex(`${facts}\n${content}`).slice(0, 32);
  const pointer = path.join(place.cache, `${hash}.path`);
  const ready = await readyEnvironment(pointer);
  if (ready !== null) return ready;
  await fs.mkdir(place.cache, { recursive: true });
  return withBuildLock(path.join(place.cache, `${hash}.lock`), place.signal, async () => {
    const built = await readyEnvironment(pointer);
    if (built !== null) return built;
    await sweepUnfinished(place.cache, hash);
    const folder = path.join(place.cache, `${hash}~${livingProcesses(place.cache).own()}~${randomBytes(4).toString('hex')}`);
    try {
      await build(folder, python, file ?? (await writeList(folder, content)), place);
      await publish(pointer, folder);
    } catch (error) {
      await fs.rm(folder, { recursive: true, force: true });
      throw error;
    }
    return interpreterOf(folder);
  });
}

const interpreterOf = (folder: string): string => path.join(folder, 'venv', 'bin', 'python');

async function readyEnvironment(pointer: string): Promise<string | null> {
  const folder = await fs.readFile(pointer, 'utf8').catch(() => null);
  if (folder === null) return null;
  const interpreter = interpreterOf(folder.trim());
  return (await fs.stat(interpreter).catch(() => null)) === null ? null : interpreter;
}

/** An environment knows its own folder and cannot be moved; so what is published in one move is a file that names it. */
async function publish(pointer: string, folder: string): Promise<void> {
  const part = `${pointer}.${randomBytes(4).toString('hex')}`;
  await fs.writeFile(part, folder);
  await fs.rename(part, pointer);
}

async function build(folder: string, python: string, requirements: string, place: PythonPlace): Promise<void> {
  await fs.mkdir(folder, { recursive: true });
  const venv = path.join(folder, 'venv');
  await must('PYTHON_ENVIRONMENT_FAILED', `${python} could not make a virtual environment`, python, ['-m', 'venv', venv], place);
  const pip = ['-m', 'pip', 'install', '--disable-pip-version-check', '--no-input', '--progress-bar', 'off', '-r', requirements];
  await must('PYTHON_REQUIREMENTS_FAILED', 'pip could not install the requirements', interpreterOf(folder), pip, place);
}

async function must(
  code: 'PYTHON_ENVIRONMENT_FAILED' | 'PYTHON_REQUIREMENTS_FAILED',
  what: string,
  program: string,
  words: readonly string[],
  place: PythonPlace,
): Promise<void> {
  const { exitCode, startError, tail } = await run(program, words, place);
  place.signal.throwIfAborted();
  if (exitCode === 0) return;
  throw new PipelineError(code, {
    what: `${what} (${startError ?? `exit code ${String(exitCode)}`}):\n${tail.join('\n')}\n`,
    where: place.where,
    details: { lastLines: tail },
  });
}

async function run(
  program: string,
  words: readonly string[],
  place: PythonPlace,
): Promise<{ readonly exitCode: number | null; readonly startError: string | null; readonly tail: string[] }> {
  const tail: string[] = [];
  const end = await runProgram({
    program,
    arguments: words,
    cwd: place.project,
    env: place.env,
    signal: place.signal,
    graceMs: () => GRACE_MS,
    onLine: (source, line) => {
      tail.push(place.onLine(source, line));
      if (tail.length > TAIL_LINES) tail.shift();
    },
  });
  return { ...end, tail };
}

/** The last line that an interpreter prints. */
async function ask(python: string, words: readonly string[], place: PythonPlace): Promise<string> {
  const { exitCode, startError, tail } = await run(python, words, { ...place, onLine: (_source, line) => line });
  place.signal.throwIfAborted();
  if (startError !== null) {
    throw new PipelineError('COMMAND_NOT_FOUND', {
      what: `"${python}" was not found (${startError})`,
      where: `${place.where}; PATH is ${place.env['PATH'] ?? ''}`,
    });
  }
  if (exitCode === 0) return tail.at(-1) ?? '';
  const what = `"${python}" does not run as Python (exit code ${String(exitCode)}): ${tail.join(' | ')}`;
  throw new PipelineError('PYTHON_ENVIRONMENT_FAILED', { what, where: place.where });
}

async function readRequirements(
  requirements: NonNullable<PythonConfig['requirements']>,
  { project, where }: PythonPlace,
): Promise<{ readonly file: string | null; readonly content: string }> {
  if ('packages' in requirements) return { file: null, content: `${requirements.packages.join('\n')}\n` };
  const file = path.resolve(project, requirements.file);
  const content = await fs.readFile(file, 'utf8').catch(() => null);
  if (content !== null) return { file, content };
  throw new PipelineError('COMMAND_FILE_MISSING', { what: `there is no requirements file ${file}`, where });
}

async function writeList(folder: string, content: string): Promise<string> {
  const file = path.join(folder, 'requirements.txt');
  await fs.mkdir(folder, { recursive: true });
  await fs.writeFile(file, content);
  return file;
}

/** Removes what builders that are gone, ended by kill -9 say, have left behind. */
async function sweepUnfinished(cache: string, hash: string): Promise<void> {
  const processes = livingProcesses(cache);
  for (const name of await fs.readdir(cache)) {
    const [, builder] = new RegExp(`^${hash}~(.+)~[0-9a-f]{8}$`).exec(name) ?? [];
    const folder = path.join(cache, name);
    const status = builder === undefined ? null : await fs.stat(folder).catch(() => null);
    if (builder === undefined || status === null || !(await processes.isGone(builder, status.mtimeMs))) continue;
    await fs.rm(folder, { recursive: true, force: true });
  }
  await processes.sweep();
}
