import { type ChildProcess, fork } from 'node:child_process';
import os from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { EXIT } from '../exit-codes.js';
import { comesBack, describeProcessEnd, type Life, type ProcessEnd, RestartPauses } from './restart-policy.js';
import { STOP_SIGNALS } from './stop-signals.js';
import { type StopOrder, SUPERVISED_VARIABLE, type SupervisedWord } from './supervised.js';

const COMMANDS: readonly string[] = ['worker', 'serve', 'dev'];
/** Of 128 + number: how shells tell that a signal has ended a program. */
const SIGNAL_BASE = 128;
/** A process that was told twice to stop has so long. */
const SECOND_ORDER_MS = 2_000;

/** Whether these words start something that is to come back when it crashes. */
export const isToBeSupervised = (words: readonly string[]): boolean =>
  COMMANDS.includes(words[0] ?? '') && !['--no-restart', '--help', '-h'].some((flag) => words.includes(flag));

/**
 * Runs the command in a process of its own, with the same words, output and environment, and starts it again with growing pauses when it crashes
 * after it was ready. This process loads nothing of what the command needs, so that it outlives it. Signals that ask to stop go on to it.
 * @param main - the main module of the command.
 * @returns the exit code of the command.
 */
export async function supervise(main: string, words: readonly string[]): Promise<number> {
  const orders = new Orders();
  const pauses = new RestartPauses();
  let wasReady = false;
  for (;;) {
    const life = await live(main, words, orders);
    wasReady ||= life.healthyMs !== null;
    if (orders.times > 0 || !comesBack(life, wasReady)) return exitCodeOf(life.end);
    const pauseMs = pauses.after(life);
    tell(words, life.end, pauseMs);
    await orders.orAfter(pauseMs);
    if (orders.times > 0) return EXIT.interrupted;
  }
}

/** What this process was asked to do, and the child that has to hear of it. */
class Orders {
  times = 0;
  readonly #asked = new AbortController();
  #child: ChildProcess | null = null;

  constructor() {
    for (const signal of STOP_SIGNALS) {
      process.on(signal, () => {
        this.times += 1;
        this.#asked.abort();
        this.#pass(signal);
      });
    }
  }

  follow(child: ChildProcess | null): void {
    this.#child = child;
  }

  /** Ends early when this process is asked to stop. */
  async orAfter(ms: number): Promise<void> {
    const { signal } = this.#asked;
    await sleep(ms, undefined, { signal }).catch(() => undefined);
  }

  #pass(stop: NodeJS.Signals): void {
    const child = this.#child;
    // One that has ended meanwhile needs no order.
    if (child?.connected === true) child.send({ stop, times: this.times } satisfies StopOrder, () => undefined);
    if (this.times > 1) setTimeout(() => child?.kill('SIGKILL'), SECOND_ORDER_MS).unref();
  }
}

function live(main: string, words: readonly string[], orders: Orders): Promise<Life> {
  const child = fork(main, words, {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, [SUPERVISED_VARIABLE]: String(process.pid) },
  });
  orders.follow(child);
  let readyAt: number | null = null;
  let saidSo = false;
  child.on('message', (word) => {
    if ((word as SupervisedWord) === 'ready') readyAt = performance.now();
    else saidSo = true;
  });
  return new Promise((resolve) => {
    const end = (exitCode: number | null, signal: NodeJS.Signals | null): void => {
      orders.follow(null);
      resolve({ end: { exitCode, signal }, healthyMs: readyAt === null ? null : performance.now() - readyAt, saidSo });
    };
    child.once('exit', end);
    child.once('error', (error) => {
      // A machine that has no room for a process now may have some later.
      if (child.pid !== undefined) return;
      process.stderr.write(`no process could be started: ${error.message}\n`);
      end(EXIT.failed, null);
    });
  });
}

const exitCodeOf = ({ exitCode, signal }: ProcessEnd): number =>
  signal === null ? (exitCode ?? EXIT.failed) : SIGNAL_BASE + os.constants.signals[signal];

function tell(words: readonly string[], end: ProcessEnd, pauseMs: number): void {
  const [command = ''] = words;
  const pauseSeconds = pauseMs / 1_000;
  const line = words.includes('--json')
    ? JSON.stringify({ restart: { command, ...end, pauseSeconds } })
    : `perennial ${command} ${describeProcessEnd(end)}; it is started again in ${pauseSeconds} s.`;
  process.stderr.write(`${line}\n`);
}
