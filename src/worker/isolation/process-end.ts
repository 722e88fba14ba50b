/** How a process came to its end. */
export type ProcessEnd = {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Why the worker ended it; null: it ended by itself. */
  readonly reason: Error | null;
  readonly lastLines: string;
};

/** What an attempt fails with whose process has ended. */
export class ProcessLost extends Error {
  readonly end: ProcessEnd;
  /** Whether it had the process to itself. */
  readonly alone: boolean;

  constructor(end: ProcessEnd, alone: boolean) {
    super(`the process of the step has ended: ${describeEnd(end)}`);
    this.end = end;
    this.alone = alone;
  }
}

/** By which signal or exit code, or why the worker ended it. */
export function describeEnd({ exitCode, signal, reason, lastLines }: ProcessEnd): string {
  if (reason !== null) return reason.message;
  const how = signal === null ? `it ended with exit code ${String(exitCode)}` : `it was ended by ${signal}`;
  const last = lastLines.trim().split('\n').slice(-3).join(' | ');
  return last === '' ? how : `${how}; its last words: ${last}`;
}
