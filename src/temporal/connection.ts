import net from 'node:net';
import type { Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import type { NativeConnectionOptions } from '@temporalio/worker';
import { reasonOf } from '../errors/describe-thrown.js';
import { PipelineError } from '../errors/pipeline-error.js';
import { retryUntilClosed } from './retry-until-closed.js';

/** Settings that win over the environment and the configuration file. */
export interface ConnectionSettings {
  /** `host:port`. */
  readonly address?: string;
  readonly namespace?: string;
}

export interface ConnectionOptions {
  /** `host:port`. */
  readonly address: string;
  readonly namespace: string;
  /** TLS, API key and metadata as Temporal's SDK takes them; `address` included. */
  readonly options: NativeConnectionOptions & { readonly address: string };
}

const DEFAULT_ADDRESS = '127.0.0.1:7233';
const DEFAULT_NAMESPACE = 'default';
const CONNECT_LIMIT_MS = 10_000;

/**
 * Where Temporal is and how to reach it, by Temporal's own rules: `TEMPORAL_ADDRESS`, `TEMPORAL_NAMESPACE`, `TEMPORAL_API_KEY`,
 * `TEMPORAL_TLS*`, over the profile `TEMPORAL_PROFILE` of the file `TEMPORAL_CONFIG_FILE`.
 * @throws PipelineError `TEMPORAL_CONFIG_INVALID`.
 */
export function connectionOptions(settings: ConnectionSettings = {}): ConnectionOptions {
  let loaded: ReturnType<typeof loadClientConnectConfig>;
  try {
    loaded = loadClientConnectConfig();
  } catch (error) {
    throw new PipelineError('TEMPORAL_CONFIG_INVALID', { what: `connection settings: ${saidBy(error)}`, cause: error });
  }
  const address = settings.address ?? nonEmpty(loaded.connectionOptions.address) ?? DEFAULT_ADDRESS;
  const namespace = settings.namespace ?? nonEmpty(loaded.namespace) ?? DEFAULT_NAMESPACE;
  if (!/^(\[[^\]]+\]|[^:\s/]+):\d+$/.test(address)) {
    throw new PipelineError('TEMPORAL_CONFIG_INVALID', {
      what: 'the address of the Temporal server is malformed',
      expected: 'host:port',
      received: address,
    });
  }
  const given = Object.fromEntries(Object.entries(loaded.connectionOptions).filter(([, value]) => value !== undefined));
  return { address, namespace, options: { ...given, address } };
}

/**
 * Connection for clients, after checking that the server answers and the namespace exists.
 * @throws PipelineError `TEMPORAL_UNREACHABLE`, `TEMPORAL_ACCESS_DENIED`, `TEMPORAL_NAMESPACE_MISSING`, `TEMPORAL_CONFIG_INVALID`.
 */
export async function connect(settings: ConnectionSettings = {}): Promise<Connection> {
  const target = connectionOptions(settings);
  const { address, apiKey, metadata, tls } = target.options;
  // Here and not above: a command line that asks no server would load gRPC for nothing.
  const { Connection, defaultGrpcRetryOptions, makeGrpcRetryInterceptor } = await import('@temporalio/client');
  let connection: Connection;
  try {
    await probe(address);
    connection = await Connection.connect({
      address,
      connectTimeout: CONNECT_LIMIT_MS,
      interceptors: [retryUntilClosed(makeGrpcRetryInterceptor, defaultGrpcRetryOptions())],
      ...(apiKey === undefined ? {} : { apiKey }),
      ...(metadata === undefined ? {} : { metadata: metadata }),
      ...(tls === undefined ? {} : { tls }),
    });
  } catch (error) {
    throw connectionError(target, error);
  }
  try {
    await connection.withDeadline(Date.now() + CONNECT_LIMIT_MS, () =>
      connection.workflowService.describeNamespace({ namespace: target.namespace }),
    );
  } catch (error) {
    await connection.close();
    throw connectionError(target, error);
  }
  return connection;
}

/** The host of an address `host:port`, without brackets. */
export const hostOf = (address: string): string => address.slice(0, address.lastIndexOf(':')).replace(/^\[|\]$/g, '');

const PROXIES = ['grpc_proxy', 'https_proxy', 'http_proxy'];

/** gRPC retries a refused connection until its deadline and forgets the reason; a socket says it at once. Not through a proxy. */
async function probe(address: string): Promise<void> {
  if (PROXIES.some((name) => (process.env[name] ?? '') !== '')) return;
  const socket = net.connect({ host: hostOf(address), port: Number(address.slice(address.lastIndexOf(':') + 1)) });
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve).once('error', reject);
      socket.setTimeout(CONNECT_LIMIT_MS, () => {
        reject(new Error(`no answer within ${CONNECT_LIMIT_MS / 1000} s`));
      });
    });
  } finally {
    socket.destroy();
  }
}

const GRPC_NOT_FOUND = 5;
const GRPC_PERMISSION_DENIED = 7;
const GRPC_UNAUTHENTICATED = 16;

/** Why there is no connection, by code. */
export function connectionError(target: ConnectionOptions, error: unknown): PipelineError {
  const where = `namespace ${target.namespace} at ${target.address}`;
  const reason = saidBy(error);
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  if (code === GRPC_NOT_FOUND) {
    return new PipelineError('TEMPORAL_NAMESPACE_MISSING', {
      what: `no namespace ${target.namespace}`,
      where: `the server at ${target.address}`,
      cause: error,
    });
  }
  if (code === GRPC_PERMISSION_DENIED || code === GRPC_UNAUTHENTICATED) {
    return new PipelineError('TEMPORAL_ACCESS_DENIED', { what: `access refused: ${reason}`, where, cause: error });
  }
  return new PipelineError('TEMPORAL_UNREACHABLE', { what: `no Temporal server answers: ${reason}`, where, cause: error });
}

const nonEmpty = (value: string | undefined): string | undefined => (value === undefined || value === '' ? undefined : value);

function saidBy(error: unknown): string {
  return reasonOf(error).trim().replace(/\.$/, '');
}
