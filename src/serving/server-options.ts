import { hostname } from 'node:os';
import { randomBytes } from 'node:crypto';
import { PipelineError } from '../errors/pipeline-error.js';
import { isFolder, type StoreSetting } from '../store/store-setting.js';
import type { PredictionLogOptions } from './prediction-log/prediction-log.js';

/** What a server takes at most; over it, a request is refused. */
export interface ServerLimits {
  /** Bytes of a request's body, >= 1. */
  readonly bodyBytes: number;
  /** Rows of one request, >= 1. */
  readonly rows: number;
  /** Rows that may wait for one version, >= 1. */
  readonly queue: number;
  /** Longest time, ms, from a request's arrival to the start of its computation. */
  readonly timeoutMs: number;
}

/** Options of `createModelServer`. */
export interface ModelServerOptions {
  /** A folder's path, `file:///...`, `s3://bucket/prefix`, an address of a kind of your own, or a store that is open. */
  readonly store: StoreSetting;
  readonly endpoint: string;
  /** Default 127.0.0.1: reachable from this machine only. Any other needs `apiKeys`, or `allowAnonymous`. */
  readonly host?: string;
  /** Default 8080; 0 takes a free port. */
  readonly port?: number;
  /** When given and not empty, every route but the health checks asks for one of these keys. */
  readonly apiKeys?: readonly string[];
  /** True: without keys the server may listen beyond this machine anyway, because something else keeps strangers out. */
  readonly allowAnonymous?: boolean;
  /** Default 256 rows and no waiting. */
  readonly batch?: { readonly maxRows?: number; readonly maxDelayMs?: number };
  /** Default 1 MiB, 1,000 rows, 10,000 waiting rows, 10 s. */
  readonly limits?: Partial<ServerLimits>;
  /** Default 1,000,000 buffered rows in 64 MiB, a file every 50,000 rows or 5 s; false switches the log off. */
  readonly predictionLog?: Partial<PredictionLogOptions> | false;
  /** How often the endpoint's configuration is looked at, ms; default 250 for a store in a folder, 2,000 for any other. */
  readonly refreshMs?: number;
  /** Name of this replica, unique per endpoint; default made from host name and process id. */
  readonly replica?: string;
  /** Threads of one inference call; default 1. */
  readonly threads?: number;
  /** Level of the log, JSON lines on standard error; default `warn`. */
  readonly logLevel?: 'silent' | 'error' | 'warn' | 'info' | 'debug';
}

export interface ResolvedServerOptions {
  readonly endpoint: string;
  readonly host: string;
  readonly port: number;
  readonly apiKeys: readonly string[];
  readonly batch: { readonly maxRows: number; readonly maxDelayMs: number };
  readonly limits: ServerLimits;
  readonly predictionLog: PredictionLogOptions | null;
  readonly refreshMs: number;
  readonly replica: string;
  readonly threads: number;
}

const PREDICTION_LOG_DEFAULTS: PredictionLogOptions = {
  maxBuffered: 1_000_000,
  maxBufferedBytes: 64 << 20,
  flushRows: 50_000,
  flushMs: 5_000,
};

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

const defaultReplica = (): string =>
  `${
    hostname()
      .replaceAll(/[^A-Za-z0-9.-]/g, '-')
      .slice(0, 60) || 'host'
  }-${process.pid}-${randomBytes(3).toString('hex')}`;

function problemsOf(options: ResolvedServerOptions): readonly string[] {
  const problems: string[] = [];
  const number = (name: string, value: number, least: number, most = Number.MAX_SAFE_INTEGER): void => {
    if (!(Number.isFinite(value) && value >= least && value <= most)) problems.push(`${name} is ${value}, not ${least} or more`);
  };
  if (!NAME.test(options.endpoint))
    problems.push(`endpoint is "${options.endpoint}", not a name of letters, digits, ".", "_" and "-"`);
  if (!NAME.test(options.replica))
    problems.push(`replica is "${options.replica}", not a name of letters, digits, ".", "_" and "-"`);
  if (options.apiKeys.some((key) => key.length < 8)) problems.push('an API key is shorter than 8 characters');
  number('port', options.port, 0, 65_535);
  number('batch.maxRows', options.batch.maxRows, 1);
  number('batch.maxDelayMs', options.batch.maxDelayMs, 0);
  number('limits.bodyBytes', options.limits.bodyBytes, 1);
  number('limits.rows', options.limits.rows, 1);
  number('limits.queue', options.limits.queue, 1);
  number('limits.timeoutMs', options.limits.timeoutMs, 1);
  number('refreshMs', options.refreshMs, 10);
  number('threads', options.threads, 1);
  if (options.predictionLog !== null) {
    number('predictionLog.maxBuffered', options.predictionLog.maxBuffered, 1);
    number('predictionLog.maxBufferedBytes', options.predictionLog.maxBufferedBytes, 1);
    number('predictionLog.flushRows', options.predictionLog.flushRows, 1);
    number('predictionLog.flushMs', options.predictionLog.flushMs, 1);
  }
  return problems;
}

/** Addresses that only this machine reaches. */
const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|\[?::1\]?|\[?::ffff:127\.\d+\.\d+\.\d+\]?)$/i;

function checkKeys({ host, apiKeys }: ResolvedServerOptions, allowAnonymous: boolean): void {
  if (apiKeys.length > 0 || allowAnonymous || LOOPBACK.test(host)) return;
  throw new PipelineError('SERVING_KEYS_MISSING', {
    what: `a model server that listens on ${host} without API keys answers everyone who reaches this machine`,
  });
}

/**
 * Puts the defaults in.
 * @throws PipelineError `SERVING_OPTIONS_INVALID` listing all that is wrong; `SERVING_KEYS_MISSING` for a server that other machines
 * reach and that asks for no key.
 */
export function resolveServerOptions(options: ModelServerOptions): ResolvedServerOptions {
  const resolved: ResolvedServerOptions = {
    endpoint: options.endpoint,
    host: options.host ?? '127.0.0.1',
    port: options.port ?? 8080,
    apiKeys: options.apiKeys ?? [],
    batch: { maxRows: 256, maxDelayMs: 0, ...options.batch },
    limits: { bodyBytes: 1_048_576, rows: 1_000, queue: 10_000, timeoutMs: 10_000, ...options.limits },
    predictionLog: options.predictionLog === false ? null : { ...PREDICTION_LOG_DEFAULTS, ...options.predictionLog },
    refreshMs: options.refreshMs ?? (isFolder(options.store) ? 250 : 2_000),
    replica: options.replica ?? defaultReplica(),
    threads: options.threads ?? 1,
  };
  const problems = problemsOf(resolved);
  if (problems.length > 0)
    throw new PipelineError('SERVING_OPTIONS_INVALID', { what: `wrong options: ${problems.join('; ')}`, details: { problems } });
  checkKeys(resolved, options.allowAnonymous === true);
  return resolved;
}
