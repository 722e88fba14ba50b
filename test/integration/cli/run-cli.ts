import { type ChildProcess, fork, spawn } from 'node:child_process';
import path from 'node:path';
import { afterAll } from '@jest/globals';

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

type Environment = Readonly<Record<string, string>>;

const LIMIT_MS = 60_000;
const CLI = path.resolve('dist/src/cli/main.js');

let host: ChildProcess | null = null;
let isBusy = false;

afterAll(() => {
  host?.kill('SIGKILL');
});

/**
 * Runs a command of the built `perennial` to its end: in a process that the file keeps for its commands, else, beside a command that is under way, in one
 * of its own. A pipeline file that is edited between two commands needs `spawnCli`.
 */
export async function runCli(words: readonly string[], env: Environment = {}, cwd = path.resolve('.')): Promise<CliResult> {
  if (isBusy) return spawnCli(words, env, CLI, cwd);
  isBusy = true;
  try {
    host ??= fork(path.resolve('test/integration/cli/command-host.js'), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    return await ask(host, words, env, cwd);
  } finally {
    isBusy = false;
  }
}

function ask(asked: ChildProcess, words: readonly string[], env: Environment, cwd: string): Promise<CliResult> {
  return new Promise((resolve, reject) => {
    const end = (how: string): void => {
      host = null;
      reject(new Error(`perennial ${words.join(' ')} ${how}`));
    };
    const gone = (): void => {
      clearTimeout(limit);
      end('ended the process that ran it');
    };
    const limit = setTimeout(() => {
      asked.off('exit', gone).kill('SIGKILL');
      end(`did not end within ${LIMIT_MS} ms`);
    }, LIMIT_MS);
    asked.once('exit', gone).once('message', (answer) => {
      clearTimeout(limit);
      asked.off('exit', gone);
      resolve(answer as CliResult);
    });
    asked.send({ words, env: { ...process.env, ...env }, cwd });
  });
}

/** Runs the built `perennial`, or another build of it, in a process of its own to its end. */
export function spawnCli(words: readonly string[], env: Environment = {}, cli = CLI, cwd = '.'): Promise<CliResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [cli, ...words], {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    const limit = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(limit);
      resolve({ code, stdout, stderr });
    });
  });
}
