import { Command } from 'commander';
import type { DevServer } from '../../../temporal/server/dev-server.js';
import { PipelineError } from '../../../errors/pipeline-error.js';
import { loadPipelines } from '../../load/load-pipeline.js';
import { reloadSettings, workerSettings } from '../../options/apply-settings.js';
import type { ProfileFlags } from '../../options/apply-settings.js';
import { examples, withJson, withPools, withRestart, withStore, withTaskQueue } from '../../options/options.js';
import type { JsonFlag, PoolFlags, QueueFlags, StoreFlags } from '../../options/options.js';
import { DeployedEndpoints } from '../../deployed-endpoints.js';
import { startServing } from '../../start/start-serving.js';
import { startWorker, loadWorkerCode } from '../../start/start-worker.js';
import { tellSupervisor } from '../../supervisor/supervised.js';
import { shownStore } from '../../../store/store-setting.js';
import type { Terminal } from '../../terminal.js';
import { untilInterrupted } from '../../start/until-interrupted.js';
import { parsePort } from '../../options/value-options.js';

interface DevFlags extends JsonFlag, PoolFlags, ProfileFlags, QueueFlags, StoreFlags {
  readonly port: number;
  readonly uiPort: number;
  readonly headless?: boolean;
  readonly db: string;
  readonly namespace: string;
  readonly pipeline: readonly string[];
  readonly workflows?: string;
  /** False: no model server. */
  readonly serve?: string | false;
  readonly servePort: number;
  readonly reload: boolean;
}

interface Running {
  stop(): Promise<void>;
}

/** `perennial dev`: all that a laptop needs in one process group: Temporal, and on request a worker and a model server. */
export function devCommand(terminal: Terminal): Command {
  return withRestart(withPools(withJson(withTaskQueue(withStore(new Command('dev'))))))
    .description(
      'start a Temporal dev server, and with --pipeline a worker and a model server for each endpoint that something is deployed to; Ctrl-C stops all',
    )
    .option('--port <number>', 'port of Temporal, 0 takes a free one', parsePort, 7233)
    .option('--ui-port <number>', 'port of the web UI, 0 takes a free one', parsePort, 8233)
    .option('--headless', 'no web UI')
    .option('--db <file>', 'keeps runs over restarts', '.perennial/temporal.db')
    .option('--namespace <name>', 'Temporal namespace', 'default')
    .option('--pipeline <files...>', 'run a worker for these pipeline files (default: those of the profile)', [])
    .option('--no-reload', 'keep the pipelines as they are now, also when their files change')
    .option('--workflows <file>', 'a file of hand-written workflows that the worker runs as well')
    .option('--serve <endpoint>', 'run a model server for this endpoint, also before anything is deployed to it')
    .option('--no-serve', 'run no model server (default with --pipeline: one for each endpoint that something is deployed to)')
    .option(
      '--serve-port <number>',
      'port of the first model server, the others take those after it; 0 takes free ones',
      parsePort,
      8080,
    )
    .addHelpText(
      'after',
      examples(
        'perennial dev',
        'perennial dev --pipeline examples/flight-delay/pipeline.ts --serve flight-delay',
        'perennial dev --port 0 --ui-port 0 --json',
      ),
    )
    .action(async (flags: DevFlags) => {
      const files = filesFor(flags);
      if (files.length > 0) await loadWorkerCode();
      const pipelines = await loadPipelines(files);
      const interrupted = untilInterrupted();
      const running: Running[] = [];
      try {
        const server = await startTemporal(terminal, flags);
        running.push({ stop: () => server.stop() });
        const ended: Promise<unknown>[] = [
          interrupted,
          server.exited.then(() => {
            throw serverGone(server);
          }),
        ];
        const { address, namespace } = server;
        if (pipelines.length > 0) {
          const worker = await startWorker(
            {
              pipelines,
              pipelineFiles: files,
              store: flags.store,
              taskQueue: flags.taskQueue,
              address,
              namespace,
              pool: flags.pool,
              ...workerSettings(flags),
              ...reloadSettings(flags, terminal),
              ...(flags.workflows === undefined ? {} : { workflows: flags.workflows }),
            },
            'WARN',
          );
          running.push({ stop: () => worker.stop() });
          ended.push(worker.ended);
        }
        const endpoints = await endpointsFor(flags, terminal);
        running.push(endpoints);
        if (typeof flags.serve === 'string') await endpoints.serve(flags.serve);
        announce(
          terminal,
          flags,
          server,
          pipelines.map(({ name }) => name),
          typeof flags.serve === 'string' ? (endpoints.urls[flags.serve] ?? null) : null,
        );
        await tellSupervisor('ready');
        // Said after the line that all is ready.
        if (flags.serve !== false && pipelines.length > 0) await endpoints.watch();
        await Promise.race(ended);
        if (flags.json !== true) terminal.note('\nStopping.');
      } finally {
        await stopAll(running);
      }
    });
}

async function endpointsFor({ store, servePort }: DevFlags, terminal: Terminal): Promise<DeployedEndpoints> {
  const [{ openObjectStore }, { createEndpoints }] = await Promise.all([
    import('../../../store/open-store.js'),
    import('../../../registry/endpoints.js'),
  ]);
  return new DeployedEndpoints({
    store,
    firstPort: servePort,
    start: (endpoint, port) => startServing({ store, endpoint, port }, terminal.env),
    deployed: async () => (await createEndpoints(await openObjectStore(store)).list()).map(({ endpoint }) => endpoint),
    tell: (news) => {
      terminal.note(news);
    },
  });
}

/** @throws PipelineError `CLI_USAGE` when there is something for a worker to do and no pipeline. */
function filesFor({ pipeline, pool, workflows, chosen }: DevFlags): readonly string[] {
  const files = pipeline.length > 0 ? pipeline : (chosen.profile.pipelines ?? []);
  const asked = [...(pool.length > 0 ? ['--pool'] : []), ...(workflows === undefined ? [] : ['--workflows'])];
  if (files.length > 0 || asked.length === 0) return files;
  throw new PipelineError('CLI_USAGE', {
    what: `${asked.join(' and ')} ${asked.length === 1 ? 'is' : 'are'} for a worker, and no pipeline file was named`,
    where: 'perennial dev',
    expected: '--pipeline FILE, or `pipelines` in the profile',
  });
}

async function startTemporal(terminal: Terminal, flags: DevFlags): Promise<DevServer> {
  const { startDevServer } = await import('../../../temporal/server/dev-server.js');
  return startDevServer({
    port: flags.port,
    uiPort: flags.headless === true ? null : flags.uiPort,
    dbFile: flags.db,
    namespace: flags.namespace,
    onProgress: (line) => {
      if (flags.json !== true) terminal.note(terminal.colours.dim(line));
    },
  });
}

function announce(
  terminal: Terminal,
  flags: DevFlags,
  server: DevServer,
  pipelines: readonly string[],
  servingUrl: string | null,
): void {
  const { address, namespace, uiUrl, pid } = server;
  const { taskQueue } = flags;
  const store = shownStore(flags.store);
  if (flags.json === true) {
    const worker = pipelines.length === 0 ? null : { taskQueue, pipelines };
    terminal.out(
      JSON.stringify({ ready: true, temporal: { address, namespace, uiUrl, pid }, store, worker, modelServer: servingUrl }),
    );
    return;
  }
  const rows: [string, string | null][] = [
    ['Temporal', `${address}, namespace ${namespace}`],
    ['Web UI', uiUrl],
    ['Worker', pipelines.length === 0 ? null : `queue ${taskQueue}, pipelines ${pipelines.join(', ')}`],
    ['Model server', servingUrl],
    ['Store', pipelines.length === 0 && servingUrl === null ? null : store],
  ];
  for (const [label, text] of rows) if (text !== null) terminal.out(`${terminal.colours.bold(label.padEnd(13))} ${text}`);
  const elsewhere = address === '127.0.0.1:7233' ? '' : `  In other terminals: export TEMPORAL_ADDRESS=${address}`;
  terminal.out(`Ctrl-C stops all.${elsewhere}`);
}

/** In reverse order of their start: the worker checkpoints while Temporal is still there. One that does not stop keeps no other running. */
async function stopAll(running: readonly Running[]): Promise<void> {
  const failures: unknown[] = [];
  for (const part of [...running].reverse()) {
    try {
      await part.stop();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}

function serverGone(server: DevServer): PipelineError {
  return new PipelineError('TEMPORAL_SERVER_FAILED', {
    what: 'the Temporal dev server ended by itself',
    where: `${server.address}; its log:\n${server.logExcerpt().join('\n')}\n`,
  });
}
