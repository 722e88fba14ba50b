import { randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import type { ErrorCode } from '../../errors/codes.js';
import { reasonOf } from '../../errors/describe-thrown.js';
import { PipelineError } from '../../errors/pipeline-error.js';
import { cacheFolder } from '../../store/artifacts/cache-folder.js';
import type { Environment } from '../../store/artifacts/cache-folder.js';
import type { BinarySource } from './binary-sources.js';
import { type CommandResult, runCommand } from './run-command.js';

/** A program that is looked for on this machine, and how to get it where it is not. */
export interface WantedProgram {
  /** Of its file, without `.exe`. */
  readonly name: string;
  /** Environment variable that names its path. */
  readonly variable: string;
  /** In the order in which they are tried. */
  readonly sources: readonly BinarySource[];
  readonly missing: ErrorCode;
  /** Arguments with which it says at once what it is. */
  readonly ask: readonly string[];
  /** Its version in a line, from what it said; null when it is another program. */
  versionOf(said: CommandResult): string | null;
}

export interface FoundProgram {
  readonly path: string;
  readonly version: string;
  readonly foundBy: 'variable' | 'PATH' | 'cache' | 'installed';
}

export interface FindBinaryOptions {
  readonly env?: Environment;
  /** False: only look, install nothing. Default true. */
  readonly install?: boolean;
  readonly onProgress?: (line: string) => void;
}

const VERSION_LIMIT_MS = 60_000;

/**
 * A program: by its variable, else on PATH, else in our cache, else it is fetched into the cache by the first of its sources that works.
 * A set but wrong variable is an error, not a reason to look on.
 * @throws PipelineError of the program's own code, with each way tried and why it failed.
 */
export async function findProgram(program: WantedProgram, options: FindBinaryOptions = {}): Promise<FoundProgram> {
  const env = options.env ?? process.env;
  const tried: string[] = [];
  const { variable } = program;
  const executable = process.platform === 'win32' ? `${program.name}.exe` : program.name;
  const named = env[variable];
  if (named !== undefined && named !== '') {
    const checked = await check(program, path.resolve(named), env);
    if (checked.version !== null) return { path: path.resolve(named), version: checked.version, foundBy: 'variable' };
    throw missing(program, [`${variable}=${named}: ${checked.reason}`]);
  }

  tried.push(`${variable}: not set`);
  for (const folder of (env['PATH'] ?? '').split(path.delimiter).filter((entry) => path.isAbsolute(entry))) {
    const candidate = path.join(folder, executable);
    const checked = await check(program, candidate, env);
    if (checked.version !== null) return { path: candidate, version: checked.version, foundBy: 'PATH' };
    if (checked.exists) tried.push(`${candidate}: ${checked.reason}`);
  }
  tried.push(`PATH: no working \`${program.name}\``);

  const cache = cacheFolder(env);
  const cached = path.join(cache, 'bin', executable);
  const inCache = await check(program, cached, env);
  if (inCache.version !== null) return { path: cached, version: inCache.version, foundBy: 'cache' };
  tried.push(`cache ${cached}: ${inCache.reason}`);

  if (options.install !== false) {
    for (const source of program.sources) {
      const outcome = await install(program, source, { cache, target: cached }, env, options.onProgress ?? (() => undefined));
      if (outcome.version !== null) return { path: cached, version: outcome.version, foundBy: 'installed' };
      tried.push(`${source.name}: ${outcome.reason}`);
      options.onProgress?.(`${source.name} did not work: ${outcome.reason}`);
    }
  }
  throw missing(program, tried);
}

type Checked =
  | { readonly version: string; readonly exists: true }
  | { readonly version: null; readonly exists: boolean; readonly reason: string };

async function check(program: WantedProgram, file: string, env: Environment): Promise<Checked> {
  try {
    const stat = await fs.stat(file);
    if (!stat.isFile()) return { version: null, exists: true, reason: 'not a file' };
  } catch {
    return { version: null, exists: false, reason: 'no such file' };
  }
  const said = await runCommand(file, program.ask, { env, timeoutMs: VERSION_LIMIT_MS });
  const version = said.exitCode === 0 ? program.versionOf(said) : null;
  if (version !== null) return { version, exists: true };
  const asked = program.ask.length === 0 ? 'started without arguments it' : `\`${program.ask.join(' ')}\``;
  return { version: null, exists: true, reason: said.failure || `${asked} printed ${JSON.stringify(firstLine(said))}` };
}

/** Fetches into a folder of this process's own and renames the checked binary into place: a racing process sees all of it or none. */
async function install(
  program: WantedProgram,
  source: BinarySource,
  { cache, target }: { readonly cache: string; readonly target: string },
  env: Environment,
  onProgress: (line: string) => void,
): Promise<{ readonly version: string } | { readonly version: null; readonly reason: string }> {
  const workshop = path.join(cache, `fetch-${process.pid}-${randomBytes(4).toString('hex')}`);
  try {
    await fs.mkdir(workshop, { recursive: true });
    await fs.mkdir(path.dirname(target), { recursive: true });
    const fetched = await source.fetch(workshop, env, onProgress);
    await fs.chmod(fetched, 0o755);
    const checked = await check(program, fetched, env);
    if (checked.version === null) return { version: null, reason: `what it gave does not run: ${checked.reason}` };
    await fs.rename(fetched, target);
    onProgress(`installed ${checked.version} at ${target}`);
    return { version: checked.version };
  } catch (error) {
    return { version: null, reason: reasonOf(error) };
  } finally {
    await fs.rm(workshop, { recursive: true, force: true });
  }
}

/** What a program printed first, wherever it printed it. */
export function firstLine({ stdout, stderr }: CommandResult): string {
  return (stdout.trim() || stderr.trim()).split('\n')[0]?.trim() ?? '';
}

function missing(program: WantedProgram, tried: readonly string[]): PipelineError {
  return new PipelineError(program.missing, {
    what: `no working \`${program.name}\`; tried:\n${tried.map((line) => `  - ${line}`).join('\n')}\n`,
    details: { tried },
  });
}
