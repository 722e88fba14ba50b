import type { JsonObject } from '../contracts/json.js';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** `step`: the step's own log; `stdout`, `stderr`: a program that it ran; `runner`: we, about the attempt. */
export type LogSource = 'step' | 'stdout' | 'stderr' | 'runner';

/** One line of a stored log; a chunk holds one JSON text for each. */
export type LogLine = {
  /** ISO time. */
  readonly at: string;
  readonly level: LogLevel;
  readonly source: LogSource;
  readonly message: string;
  readonly fields?: JsonObject;
};
