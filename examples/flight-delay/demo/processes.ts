import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { LOGS } from './places.js';

const CLI = 'dist/src/cli/main.js';
const STOP_MS = 15_000;
const COMMANDS_AT_ONCE = 3;
const MEMORY_LOOK_MS = 4_000;
const execFileAsync = promisify(execFile);

/** The demo's child processes: started by the CLI as a user would, stopped by their ids, their memory added up while they live. */
export class Processes {
  private readonly children = new Map<string, ChildProcess>();
  private peakBytes = 0;
  private readonly sampler: NodeJS.Timeout;
  private readonly environment: NodeJS.ProcessEnv;

  constructor(environment: NodeJS.ProcessEnv) {
    this.environment = { ...process.env, ...environment };
    mkdirSync(LOGS, { recursive: true });
    this.sampler = setInterval(() => {
      this.sample();
    }, MEMORY_LOOK_MS);
    this.sampler.unref();
  }

  /** Starts `perennial <words>`, its output in a log file, and waits for the one JSON line that it prints when it is ready. */
  async start(name: string, words: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<Record<string, unknown>> {
    const log = join(LOGS, `${name}.log`);
    const output = openSync(log, 'w');
    const child = spawn(process.execPath, [CLI, ...words, '--json'], {
      env: { ...this.environment, ...environment },
      stdio: ['ignore', output, output],
    });
    closeSync(output);
    this.children.set(name, child);
    for (;;) {
      const ready = readFileSync(log, 'utf8')
        .split('\n')
        .find((line) => line.startsWith('{"ready"'));
      if (ready !== undefined && ready.endsWith('}')) return JSON.parse(ready) as Record<string, unknown>;
      if (child.exitCode !== null || child.signalCode !== null) {
        throw new Error(`${name} ended with ${String(child.exitCode ?? child.signalCode)} before it was ready; see ${log}`);
      }
      await sleep(50);
    }
  }

  /** Runs one command of the CLI and returns what it prints. */
  async print(words: readonly string[]): Promise<string> {
    const { stdout } = await execFileAsync(process.execPath, [CLI, ...words], { env: this.environment, maxBuffer: 2 ** 26 });
    return stdout;
  }

  /** Runs several commands, a few at a time; what each printed, in their order. */
  async printAll(commands: readonly (readonly string[])[]): Promise<string[]> {
    const printed = commands.map(() => '');
    const waiting = [...commands.entries()];
    const worker = async (): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) printed[next[0]] = await this.print(next[1]);
    };
    await Promise.all(Array.from({ length: COMMANDS_AT_ONCE }, worker));
    return printed;
  }

  /** Largest resident size of all processes together, this one included, in bytes. */
  get peakRssBytes(): number {
    this.sample();
    return this.peakBytes;
  }

  /** Stops everything in reverse order of start: asked first, killed when it does not listen. */
  async stopAll(): Promise<void> {
    clearInterval(this.sampler);
    for (const child of [...this.children.values()].reverse()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const ended = new Promise<void>((resolve) =>
        child.once('exit', () => {
          resolve();
        }),
      );
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
      await ended;
      clearTimeout(timer);
    }
    this.children.clear();
  }

  /** Lets the children outlive this process. */
  leaveRunning(): Record<string, number> {
    clearInterval(this.sampler);
    const ids: Record<string, number> = {};
    for (const [name, child] of this.children) {
      child.unref();
      if (child.pid !== undefined) ids[name] = child.pid;
    }
    return ids;
  }

  private sample(): void {
    const table = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,rss='], { encoding: 'utf8' });
    const rows = table
      .trim()
      .split('\n')
      .map((row) => row.trim().split(/\s+/).map(Number));
    const ours = new Set([process.pid]);
    for (let grew = true; grew;) {
      grew = false;
      for (const [pid = 0, parent = 0] of rows) {
        if (ours.has(parent) && !ours.has(pid)) {
          ours.add(pid);
          grew = true;
        }
      }
    }
    const bytes = rows.reduce((sum, [pid = 0, , rss = 0]) => sum + (ours.has(pid) ? rss * 1_024 : 0), 0);
    this.peakBytes = Math.max(this.peakBytes, bytes);
  }
}
