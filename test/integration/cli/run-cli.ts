import { spawn } from 'node:child_process';
import picocolors from 'picocolors';
import { runCli as runProgram } from '../../../src/cli/program.js';
import type { Terminal } from '../../../src/cli/terminal.js';

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const LIMIT_MS = 60_000;

/** Runs the built `perennial`, or another build of it, to its end. */
export function runCli(
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
  cli = 'dist/src/cli/main.js',
): Promise<CliResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [cli, ...words], {
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

/** The same in this process, for many commands: the environment is that of the process. A second is saved each time. */
export async function runCliHere(words: readonly string[]): Promise<CliResult> {
  const said = { out: '', note: '' };
  const terminal: Terminal = {
    out: (text) => (said.out += `${text}\n`),
    note: (text) => (said.note += `${text}\n`),
    raw: (text) => (said.out += text),
    interactive: false,
    width: 80,
    colours: picocolors.createColors(false),
    env: process.env,
    exitCode: 0,
  };
  const code = await runProgram(words, terminal);
  return { code, stdout: said.out, stderr: said.note };
}
