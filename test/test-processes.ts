import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

const CLI = path.resolve('dist/src/cli/main.js');
const READY_MS = 60_000;

/** A `perennial ...` child process of a test: its output is kept for messages, its end is by its own id. */
export class CliProcess {
  readonly ready: Record<string, unknown>;
  private readonly child: ChildProcess;
  private isClosed = false;
  private readonly text: () => string;

  private constructor(child: ChildProcess, ready: Record<string, unknown>, text: () => string) {
    this.child = child;
    this.ready = ready;
    this.text = text;
    child.once('close', () => (this.isClosed = true));
  }

  /** Starts the command with `--json` and waits for the line that says it is ready. */
  static start(words: readonly string[], environment: NodeJS.ProcessEnv = {}, cwd = '.'): Promise<CliProcess> {
    return CliProcess.run(`perennial ${words.join(' ')}`, [CLI, ...words, '--json'], environment, cwd);
  }

  /** Starts Node with these words: a program that tells the same when it is ready. `name` is what messages call it. */
  static async run(name: string, words: readonly string[], environment: NodeJS.ProcessEnv = {}, cwd = '.'): Promise<CliProcess> {
    const child = spawn(process.execPath, words, {
      cwd,
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let text = '';
    const ready = await new Promise<Record<string, unknown>>((resolve, reject) => {
      const timer = setTimeout(() => {
        child.kill('SIGKILL');
        reject(new Error(`${name} was not ready within ${READY_MS} ms:\n${text}`));
      }, READY_MS);
      const read = (chunk: string): void => {
        text += chunk;
        const line = text.split('\n').find((candidate) => candidate.startsWith('{') && candidate.endsWith('}'));
        if (line === undefined) return;
        clearTimeout(timer);
        resolve(JSON.parse(line) as Record<string, unknown>);
      };
      child.stdout.setEncoding('utf8').on('data', read);
      child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      child.once('exit', (code, signal) => {
        clearTimeout(timer);
        reject(new Error(`${name} ended with ${String(code ?? signal)}:\n${text}`));
      });
    });
    return new CliProcess(child, ready, () => text);
  }

  get output(): string {
    return this.text();
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Waits until it has ended by itself; the signal by which it did. */
  async ended(): Promise<NodeJS.Signals | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, 'exit');
    return this.child.signalCode;
  }

  /** Waits until it has ended by itself and all that it wrote is read. */
  async closed(): Promise<void> {
    if (!this.isClosed) await once(this.child, 'close');
  }

  async kill9(): Promise<void> {
    await this.end('SIGKILL');
  }

  async stop(): Promise<void> {
    await this.end('SIGTERM');
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    // Its output is closed when the last of its processes is gone: a worker and its supervisor are two.
    const ended = once(this.child, 'close');
    this.child.kill(signal);
    const timer = setTimeout(() => this.child.kill('SIGKILL'), 20_000);
    await ended;
    clearTimeout(timer);
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
