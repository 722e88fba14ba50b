import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { type LineEnd, LineReader } from './line-reader.js';

export type ProgramRun = {
  readonly program: string;
  readonly arguments: readonly string[];
  readonly cwd: string;
  readonly env: { readonly [name: string]: string };
  /** Aborted: SIGTERM to the whole group now, SIGKILL after the grace, which is asked for then. */
  readonly signal: AbortSignal;
  readonly graceMs: () => number;
  readonly onLine: (source: 'stdout' | 'stderr', line: string, end: LineEnd) => void;
  /** Called once, when the program has started. */
  readonly onStart?: (group: ProgramGroup) => void;
};

/** A program that runs, with all that it has started. */
export interface ProgramGroup {
  readonly id: number;
  /** Takes the processor away from it; whatever it was about goes on with `resume`. */
  pause(): void;
  resume(): void;
  /** As when the signal of the run is aborted: SIGTERM, and SIGKILL after the grace. */
  terminate(): void;
  /** SIGKILL, now. */
  kill(): void;
}

export type ProgramEnd = {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Node's name of why it could not be started, such as ENOENT. */
  readonly startError: string | null;
  /** Whether processes that it had started outlived it and were ended. */
  readonly leftOthers: boolean;
};

/** For processes that a program leaves behind when it ends by itself. */
const LEFTOVER_GRACE_MS = 2_000;
const LOOK_EVERY_MS = 50;

/**
 * Runs a program in a process group of its own, and resolves when the last process of the group is gone. The group also ends when this
 * process does, in whatever way. POSIX only.
 */
export async function runProgram(run: ProgramRun): Promise<ProgramEnd> {
  const guard = startGuard();
  const child = spawn(run.program, run.arguments, {
    cwd: run.cwd,
    env: run.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const readers = (['stdout', 'stderr'] as const).map((source) => {
    const reader = new LineReader((line, end) => {
      run.onLine(source, line, end);
    });
    child[source].setEncoding('utf8').on('data', (chunk: string) => {
      reader.push(chunk);
    });
    return reader;
  });
  const ended = endOf(child);
  const { pid } = child;
  if (pid === undefined) {
    guard.dismiss();
    return { ...(await ended), leftOthers: false };
  }
  guard.watch(pid);
  const pause = (): void => {
    signalGroup(pid, 'SIGSTOP');
  };
  const resume = (): void => {
    signalGroup(pid, 'SIGCONT');
  };
  let kill: NodeJS.Timeout | undefined;
  const terminate = (): void => {
    signalGroup(pid, 'SIGTERM');
    // One that is paused hears of it only when it goes on.
    resume();
    kill ??= setTimeout(() => {
      signalGroup(pid, 'SIGKILL');
    }, run.graceMs());
  };
  if (run.signal.aborted) terminate();
  else run.signal.addEventListener('abort', terminate, { once: true });
  const killNow = (): void => {
    signalGroup(pid, 'SIGKILL');
  };
  run.onStart?.({ id: pid, pause, resume, terminate, kill: killNow });
  try {
    const end = await ended;
    const leftOthers = isGroupAlive(pid) && !(await endLeftovers(pid, run));
    await closed(child);
    for (const reader of readers) reader.close();
    return { ...end, leftOthers };
  } finally {
    run.signal.removeEventListener('abort', terminate);
    clearTimeout(kill);
    signalGroup(pid, 'SIGKILL');
    guard.dismiss();
  }
}

function endOf(child: ChildProcess): Promise<Omit<ProgramEnd, 'leftOthers'>> {
  return new Promise((resolve) => {
    child.once('error', (error: NodeJS.ErrnoException) => {
      resolve({ exitCode: null, signal: null, startError: error.code ?? error.message });
    });
    child.once('exit', (exitCode, signal) => {
      resolve({ exitCode, signal, startError: null });
    });
  });
}

/** True when the others went by themselves at once. Told to stop, they have what is left of the grace; the timer of the abort ends them. */
async function endLeftovers(group: number, { signal, graceMs }: ProgramRun): Promise<boolean> {
  await sleep(LOOK_EVERY_MS);
  if (!isGroupAlive(group)) return true;
  signalGroup(group, 'SIGTERM');
  const end = performance.now() + (signal.aborted ? graceMs() : LEFTOVER_GRACE_MS);
  while (isGroupAlive(group) && performance.now() < end) await sleep(LOOK_EVERY_MS);
  signalGroup(group, 'SIGKILL');
  return false;
}

/** The pipes close when the last process that holds them is gone; one that left the group may hold them forever. */
async function closed(child: Pick<ChildProcessByStdio<null, Readable, Readable>, 'stdout' | 'stderr'>): Promise<void> {
  const { stdout, stderr } = child;
  const streams = [stdout, stderr].filter((stream) => !stream.closed);
  const all = Promise.all(streams.map((stream) => once(stream, 'close')));
  const waiting = new AbortController();
  const inTime = await Promise.race([all.then(() => true), sleep(LEFTOVER_GRACE_MS, false, { signal: waiting.signal })]);
  // The timer would keep this process for as long.
  waiting.abort();
  if (!inTime) for (const stream of streams) stream.destroy();
}

/**
 * A shell that is told a group and then waits for the end of the pipe, which only we hold open: kill -9 of this process runs no handler here,
 * but closes it. Started before the program, so that hardly a moment is left in which nobody would end it.
 */
function startGuard(): { watch(group: number): void; dismiss(): void } {
  const script =
    'read -r group && { read -r _; kill -s TERM -- "-$group" 2>/dev/null && sleep 3; kill -s KILL -- "-$group" 2>/dev/null; }';
  const guard = spawn('/bin/sh', ['-c', script], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  const warn = (error: Error): void => {
    process.emitWarning(`a program would outlive this process, for its guard has failed: ${error.message}`);
  };
  guard.on('error', warn);
  guard.stdin.on('error', warn);
  guard.unref();
  return {
    watch: (group) => {
      guard.stdin.write(`${group}\n`);
    },
    dismiss: () => {
      guard.stdin.removeListener('error', warn).on('error', () => undefined);
      guard.kill('SIGKILL');
    },
  };
}

function signalGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function isGroupAlive(group: number): boolean {
  try {
    process.kill(-group, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
