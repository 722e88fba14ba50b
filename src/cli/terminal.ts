import { isatty } from 'node:tty';
import picocolors from 'picocolors';
import type { Environment } from '../store/artifacts/cache-folder.js';

export type Colours = ReturnType<typeof picocolors.createColors>;

/** What a command sees of the world: its output, its environment, and the exit code it leaves. */
export interface Terminal {
  /** Standard output: results only. A line break is added. */
  out(text: string): void;
  /** Standard error: progress and errors. */
  note(text: string): void;
  /** Writes as is, for redrawing. */
  raw(text: string): void;
  /** True when a person looks at standard output. */
  readonly interactive: boolean;
  readonly width: number;
  /** Lines on the screen; absent: unknown. */
  readonly height?: number;
  readonly colours: Colours;
  readonly env: Environment;
  /** Set by the command; the process ends with it. */
  exitCode: number;
}

/** Colours only on a terminal; NO_COLOR (any value) turns them off, FORCE_COLOR on. */
export function wantsColours(env: Environment, interactive: boolean): boolean {
  if ((env['NO_COLOR'] ?? '') !== '') return false;
  if ((env['FORCE_COLOR'] ?? '') !== '') return env['FORCE_COLOR'] !== '0';
  return interactive && env['TERM'] !== 'dumb';
}

const NARROWEST_USUAL = 80;

export function processTerminal(): Terminal {
  // Unlike `process.stdout.isTTY`, a boolean also when output goes elsewhere: picocolors takes undefined for "decide by the environment".
  const interactive = isatty(1);
  return {
    out: (text) => void process.stdout.write(`${text}\n`),
    note: (text) => void process.stderr.write(`${text}\n`),
    raw: (text) => void process.stdout.write(text),
    interactive,
    get width() {
      // Some pseudo terminals say that they have no columns.
      return interactive && process.stdout.columns > 0 ? process.stdout.columns : NARROWEST_USUAL;
    },
    get height() {
      return interactive && process.stdout.rows > 0 ? process.stdout.rows : Infinity;
    },
    colours: picocolors.createColors(wantsColours(process.env, interactive)),
    env: process.env,
    exitCode: 0,
  };
}

/** The same terminal with standard output shut, for work whose result is printed as JSON in the end. */
export const silenced = (terminal: Terminal): Terminal => ({
  ...terminal,
  interactive: false,
  out: () => undefined,
  raw: () => undefined,
});
