import { EXIT } from '../exit-codes.js';

/** How a process came to its end. */
export type ProcessEnd = { readonly exitCode: number | null; readonly signal: NodeJS.Signals | null };

/** What the supervisor knows of one process that has ended. */
export type Life = {
  readonly end: ProcessEnd;
  /** From the moment when it was ready, ms; null: it never was. */
  readonly healthyMs: number | null;
  /** It said before its end that the command is over. */
  readonly saidSo: boolean;
};

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
/** One that was well for so long starts again as quickly as the first time. */
const HEALTHY_MS = 60_000;

/**
 * Whether a process that nobody asked to stop is started again. Until one has been ready every end is that of the command: flags, rights and
 * servers may be wrong. Later only an end that the command itself chose is.
 */
export function comesBack({ end, healthyMs, saidSo }: Life, wasReady: boolean): boolean {
  if (!wasReady || end.exitCode === EXIT.interrupted) return false;
  return healthyMs === null || !saidSo;
}

/** How long to wait before the next start, ms: twice as long each time, up to half a minute. */
export class RestartPauses {
  #nextMs = FIRST_PAUSE_MS;

  after({ healthyMs }: Pick<Life, 'healthyMs'>): number {
    if (healthyMs !== null && healthyMs >= HEALTHY_MS) this.#nextMs = FIRST_PAUSE_MS;
    const pauseMs = this.#nextMs;
    this.#nextMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
    return pauseMs;
  }
}

const MEANINGS: { readonly [signal: string]: string } = {
  SIGKILL: 'often by the system, because memory ran out',
  SIGABRT: 'often because its heap was full',
  SIGSEGV: 'native code crashed',
  SIGBUS: 'native code crashed',
  SIGILL: 'native code crashed',
  SIGFPE: 'native code crashed',
};

/** `was ended by SIGSEGV (native code crashed)`, `ended with exit code 7`. */
export function describeProcessEnd({ exitCode, signal }: ProcessEnd): string {
  if (signal === null) return `ended with exit code ${String(exitCode)}`;
  const meaning = MEANINGS[signal];
  return `was ended by ${signal}${meaning === undefined ? '' : ` (${meaning})`}`;
}
