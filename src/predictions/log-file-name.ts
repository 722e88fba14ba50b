/** Bounds of times, ms since 1970, both included. */
export interface TimeRange {
  readonly fromMs: number;
  readonly toMs: number;
}

/** The writer of a file and the number of the write. The incarnation differs with each start of a writer, even under one name. */
export interface LogFileOrigin {
  readonly replica: string;
  /** Eight hexadecimal digits. */
  readonly incarnation: string;
  /** Numbers of the writer's first and last write in the file, from 0; they differ in a file that was folded from several. */
  readonly first: number;
  readonly last: number;
}

/** What the name of a file of the prediction log says of its rows, so that readers of a window need not open the others. */
export interface LogFileName extends LogFileOrigin {
  readonly eventTime: TimeRange;
  readonly loggedAt: TimeRange;
}

/** A file of the log. `name` is null when the file's name does not say what is in it: then it may hold anything. */
export interface LogFile {
  readonly key: string;
  readonly bytes: number;
  readonly name: LogFileName | null;
}

const NAME =
  /^(?<replica>.+)-(?<incarnation>[0-9a-f]{8})-(?<first>\d{6,})(?:-(?<last>\d{6,}))?_e(?<e0>-?\d+)_(?<e1>-?\d+)_l(?<l0>-?\d+)_(?<l1>-?\d+)\.parquet$/;

/** All files of the log of an endpoint begin with this. */
export const logPrefix = (endpoint: string): string => `predictions/${endpoint}/`;

/** The log of one UTC day, by the clock of who wrote it. */
export const dayPrefix = (endpoint: string, day: string): string => `${logPrefix(endpoint)}${day}/`;

/** `2001-01-31`, UTC. */
export const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

const seconds = (ms: number): number => Math.floor(ms / 1000);
const number = (value: number): string => String(value).padStart(6, '0');

/** `<replica>-<incarnation>-<first>[-<last>]_e<from>_<to>_l<from>_<to>.parquet`; times are whole seconds since 1970, rounded down. */
export function logFileName({ replica, incarnation, first, last, eventTime, loggedAt }: LogFileName): string {
  const writes = first === last ? number(first) : `${number(first)}-${number(last)}`;
  const range = ({ fromMs, toMs }: TimeRange): string => `${seconds(fromMs)}_${seconds(toMs)}`;
  return `${replica}-${incarnation}-${writes}_e${range(eventTime)}_l${range(loggedAt)}.parquet`;
}

/** Null for a name that does not say what is in the file, such as those of release 0.1. Ranges may be wider than the rows, never narrower. */
export function parseLogFileName(name: string): LogFileName | null {
  const groups = NAME.exec(name)?.groups;
  if (groups === undefined) return null;
  const { replica = '', incarnation = '', first = '', last = first } = groups;
  return {
    replica,
    incarnation,
    first: Number(first),
    last: Number(last),
    eventTime: rangeOf(groups['e0'], groups['e1']),
    loggedAt: rangeOf(groups['l0'], groups['l1']),
  };
}

/** `_e<from>_<to>` of the name of a day's index. */
export function rangeOf(from: string | undefined, to: string | undefined): TimeRange {
  return { fromMs: Number(from) * 1000, toMs: Number(to) * 1000 + 999 };
}

export function unite(a: TimeRange, b: TimeRange): TimeRange {
  return { fromMs: Math.min(a.fromMs, b.fromMs), toMs: Math.max(a.toMs, b.toMs) };
}

/** Whether a range has a time in the half-open window. */
export function meets(range: TimeRange, window: { readonly fromMs: number; readonly toMs: number }): boolean {
  return range.toMs >= window.fromMs && range.fromMs < window.toMs;
}
