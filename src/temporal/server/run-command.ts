import { spawn } from 'node:child_process';
import type { Environment } from '../../store/artifacts/cache-folder.js';

export interface CommandResult {
  /** Null when the program could not be started or was ended by its time limit. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Why it failed, in one line; empty when it did not. */
  readonly failure: string;
}

export interface CommandOptions {
  readonly env: Environment;
  readonly timeoutMs: number;
  /** Called every two seconds with the seconds gone by. */
  readonly onWait?: (seconds: number) => void;
}

const TICK_MS = 2_000;
const KEPT_CHARACTERS = 8_000;

/** Runs a program to its end without a shell. Never throws: failures are values, so that several ways can be tried in turn. */
export function runCommand(
  program: string,
  programArguments: readonly string[],
  options: CommandOptions,
): Promise<CommandResult> {
  return new Promise((resolve) => {
    const startedAt = Date.now();
    const child = spawn(program, programArguments, { env: options.env, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    let timedOut = false;
    const limit = setTimeout(() => {
      timedOut = true;
      child.kill('SIGKILL');
    }, options.timeoutMs);
    const tick = setInterval(() => {
      options.onWait?.(Math.round((Date.now() - startedAt) / 1000));
    }, TICK_MS);
    const finish = (exitCode: number | null, failure: string): void => {
      clearTimeout(limit);
      clearInterval(tick);
      resolve({ exitCode, stdout, stderr, failure });
    };
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout = (stdout + chunk).slice(-KEPT_CHARACTERS)));
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr = (stderr + chunk).slice(-KEPT_CHARACTERS)));
    child.once('error', (error: NodeJS.ErrnoException) => {
      finish(null, error.code === 'ENOENT' ? `${program} is not on PATH` : error.message);
    });
    child.once('close', (exitCode, signal) => {
      if (exitCode === 0) finish(0, '');
      else if (timedOut) finish(null, `gave up after ${options.timeoutMs / 1000} s`);
      else finish(exitCode, lastWords(stderr || stdout) || `ended with ${signal ?? `exit code ${exitCode ?? 'unknown'}`}`);
    });
  });
}

function lastWords(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('WARNING'));
  return lines.slice(-2).join(' ').trim().slice(-300);
}
