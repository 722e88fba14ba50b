import { aBoolean, aNumber, anObject, aStore, aText, either, listOf, optional } from '../errors/kinds.js';
import { checkSettings } from '../errors/check-call.js';
import type { FastifyInstance } from 'fastify';
import { fastify } from 'fastify';
import { pino } from 'pino';
import type { Logger } from 'pino';
import type { ReplicaStatus } from '../contracts/model.js';
import { PipelineError } from '../errors/pipeline-error.js';
import { createEndpoints } from '../registry/endpoints.js';
import { createArtifactStore } from '../store/artifacts/create-artifact-store.js';
import { openObjectStore } from '../store/open-store.js';
import type { ObjectStore } from '../store/port.js';
import { addErrorAnswers, answerError } from './http/answer-error.js';
import { answerConnectionError, ignoreExpectations } from './http/connection-errors.js';
import { ConfigurationWatch } from './replica/configuration-watch.js';
import { EndpointModels } from './replica/endpoint-models.js';
import { addInferenceRoutes } from './http/inference-routes.js';
import { LoadedModel } from './model/loaded-model.js';
import { loadModelFiles } from './model/model-files.js';
import { addOperationsRoutes } from './http/operations-routes.js';
import { addPredictRoute } from './http/predict-route.js';
import { PredictionLog } from './prediction-log/prediction-log.js';
import { ReplicaReporter } from './replica/replica-reporter.js';
import { addBodyParser } from './http/body-parser.js';
import { addRequestHooks } from './http/request-hooks.js';
import type { ServerCore, Traffic } from './server-core.js';
import { createServerMetrics } from './server-metrics.js';
import type { ServerMetrics } from './server-metrics.js';
import type { ModelServerOptions, ResolvedServerOptions } from './server-options.js';
import { resolveServerOptions } from './server-options.js';
import { serverVersion } from './server-version.js';

/** A model server of one endpoint. */
export interface ModelServer {
  readonly app: FastifyInstance;
  /** Address of the listener; the one from the options until `start` has resolved. */
  readonly url: string;
  readonly replica: string;
  /**
   * Loads the versions of the endpoint's configuration, listens, and follows later configurations. Before the first deploy to the endpoint the
   * server is live but not ready.
   * @throws PipelineError `SERVING_PORT_IN_USE`, `STORE_...`.
   */
  start(): Promise<{ readonly url: string }>;
  /** Turns not ready at once, answers open requests, writes the prediction log and removes this replica from the store. */
  close(): Promise<void>;
}

function createModels(
  objects: ObjectStore,
  options: ResolvedServerOptions,
  parts: { readonly metrics: ServerMetrics; readonly log: Logger; readonly changed: () => void },
): EndpointModels {
  const artifacts = createArtifactStore(objects);
  return new EndpointModels(
    async ({ model }, { version, artifact }) => {
      const files = await loadModelFiles(artifacts, { model, version, artifact }, options.threads);
      const batch = { ...options.batch, queueRows: options.limits.queue };
      return new LoadedModel({ model, version, artifact, files, batch, metrics: parts.metrics });
    },
    parts.log,
    parts.changed,
  );
}

function createPredictionLog(
  objects: ObjectStore,
  options: ResolvedServerOptions,
  log: Logger,
  metrics: ServerMetrics,
): PredictionLog | null {
  if (options.predictionLog === null) return null;
  return new PredictionLog({
    objects,
    endpoint: options.endpoint,
    replica: options.replica,
    options: options.predictionLog,
    log,
    observer: {
      written: (rows) => {
        metrics.logged.inc(rows);
      },
      dropped: (rows) => {
        metrics.dropped.inc(rows);
      },
      putAside: (rows) => {
        metrics.putAside.inc(rows);
      },
    },
  });
}

function createApp(server: ServerCore, options: ResolvedServerOptions): FastifyInstance {
  const app = fastify({
    bodyLimit: options.limits.bodyBytes,
    requestTimeout: 30_000,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    routerOptions: { maxParamLength: 256, ignoreTrailingSlash: true },
    http: { requireHostHeader: false },
    frameworkErrors: (error, request, reply) => {
      void answerError(server, error, request, reply);
    },
    clientErrorHandler: (error, socket) => {
      answerConnectionError(server.metrics, error, socket);
    },
  });
  ignoreExpectations(app);
  addBodyParser(app);
  addErrorAnswers(app, server);
  addRequestHooks(app, server, options.apiKeys);
  addOperationsRoutes(app, server, serverVersion());
  addPredictRoute(app, server);
  addInferenceRoutes(app, server);
  return app;
}

async function listen(app: FastifyInstance, { host, port }: ResolvedServerOptions): Promise<string> {
  try {
    return await app.listen({ host, port });
  } catch (error) {
    if ((error as { readonly code?: unknown }).code !== 'EADDRINUSE') throw error;
    throw new PipelineError('SERVING_PORT_IN_USE', { what: `port ${port} of ${host} is in use`, cause: error });
  }
}

/** Time, ms, in which requests that were sent before the shutdown are still accepted. */
const GRACE_MS = 100;

/** Answers open requests for at most `timeoutMs`, and closes kept-alive connections. */
async function drain(app: FastifyInstance, traffic: Traffic, timeoutMs: number): Promise<void> {
  traffic.closing = true;
  const startedAt = performance.now();
  const waited = (): number => performance.now() - startedAt;
  while (app.server.listening && (waited() < GRACE_MS || (traffic.inflight > 0 && waited() < timeoutMs))) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  traffic.refusing = true;
  const sweep = setInterval(() => {
    if (waited() < timeoutMs) app.server.closeIdleConnections();
    else app.server.closeAllConnections();
  }, 20);
  try {
    await app.close();
  } finally {
    clearInterval(sweep);
  }
}

/**
 * A model server for one endpoint: Open Inference Protocol V2, a row API, metrics, hot swap, traffic split and a prediction log.
 * @throws PipelineError `SERVING_OPTIONS_INVALID`, `STORE_URI_INVALID` and other `STORE_...` codes.
 */
export async function createModelServer(given: ModelServerOptions): Promise<ModelServer> {
  checkSettings('createModelServer', given, {
    ...{ store: aStore, endpoint: aText, host: optional(aText), port: optional(aNumber), apiKeys: optional(listOf(aText)) },
    ...{ allowAnonymous: optional(aBoolean), batch: optional(anObject), limits: optional(anObject) },
    predictionLog: optional(either(anObject, { expected: 'false', holds: (value) => value === false })),
    ...{ refreshMs: optional(aNumber), replica: optional(aText), threads: optional(aNumber), logLevel: optional(aText) },
  });
  const options = resolveServerOptions(given);
  const objects = await openObjectStore(given.store);
  const endpoints = createEndpoints(objects);
  const log = pino({ name: 'perennial-serve', level: given.logLevel ?? 'warn' }, pino.destination(2));
  const metrics = createServerMetrics();
  const startedAt = new Date().toISOString();
  const traffic: Traffic = { inflight: 0, closing: false, refusing: false };
  let listening = false;
  let url = `http://${options.host}:${options.port}`;

  const predictions = createPredictionLog(objects, options, log, metrics);
  const status = (): ReplicaStatus => ({
    replica: options.replica,
    endpoint: options.endpoint,
    url,
    pid: process.pid,
    startedAt,
    seenAt: new Date().toISOString(),
    ...models.health(),
    logged: predictions?.logged ?? 0,
    dropped: predictions?.dropped ?? 0,
  });
  const reporter = new ReplicaReporter(status, (next) => endpoints.reportReplica(next), options.refreshMs, log);
  let served = -1;
  const models = createModels(objects, options, {
    metrics,
    log,
    changed: () => {
      const { revision } = models.health();
      if (revision !== served) metrics.swaps.inc();
      served = revision;
      if (listening) void reporter.report();
    },
  });
  const watch = new ConfigurationWatch({
    objects,
    key: `endpoints/${options.endpoint}/config.json`,
    refreshMs: options.refreshMs,
    read: async () => (await endpoints.read(options.endpoint))?.config ?? null,
    apply: (config) => models.apply(config),
    mayRecover: () => models.mayRecover,
    isSettled: () => models.health().variants.length <= 1,
    log,
  });
  const app = createApp(
    {
      replica: options.replica,
      models,
      limits: options.limits,
      metrics,
      predictions,
      log,
      traffic,
      ready: () => !traffic.closing && models.table !== null,
      refresh: () => watch.refresh(),
    },
    options,
  );
  const shutDown = async (): Promise<void> => {
    traffic.closing = true;
    await watch.stop();
    await drain(app, traffic, options.limits.timeoutMs);
    await models.close();
    await predictions?.close();
    await reporter.stop();
    if (listening) await endpoints.removeReplica(options.endpoint, options.replica);
    metrics.close();
  };
  let closed: Promise<void> | null = null;
  const close = (): Promise<void> => (closed ??= shutDown());
  return {
    app,
    replica: options.replica,
    get url() {
      return url;
    },
    start: async () => {
      try {
        await watch.refresh();
        url = await listen(app, options);
      } catch (error) {
        await close().catch((closing: unknown) => {
          log.warn({ err: closing }, 'the model server could not clean up after its failed start');
        });
        throw error;
      }
      listening = true;
      await reporter.report();
      reporter.start();
      watch.start();
      log.info({ url, endpoint: options.endpoint }, 'model server listens');
      return { url };
    },
    close,
  };
}
