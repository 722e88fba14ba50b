import { Command } from 'commander';
import { filesOf, reloadSettings, workerSettings } from '../../options/apply-settings.js';
import type { ProfileFlags } from '../../options/apply-settings.js';
import { loadPipelines } from '../../load/load-pipeline.js';
import { PipelineError } from '../../../errors/pipeline-error.js';
import {
  connectionSettings,
  examples,
  withConnection,
  withJson,
  withPools,
  withRestart,
  withStore,
  withTaskQueue,
} from '../../options/options.js';
import type { ConnectionFlags, JsonFlag, PoolFlags, QueueFlags, StoreFlags } from '../../options/options.js';
import { startWorker, loadWorkerCode } from '../../start/start-worker.js';
import { tellSupervisor } from '../../supervisor/supervised.js';
import { tellHealth } from '../../start/tell-health.js';
import { shownStore } from '../../../store/store-setting.js';
import type { Terminal } from '../../terminal.js';
import { untilInterrupted } from '../../start/until-interrupted.js';

interface WorkerFlags extends ConnectionFlags, QueueFlags, StoreFlags, JsonFlag, PoolFlags, ProfileFlags {
  readonly workflows?: string;
  readonly workflowsOnly?: boolean;
  readonly activitiesOnly?: boolean;
  readonly deployment?: string;
  readonly buildId?: string;
  readonly reload: boolean;
}

/** `perennial worker FILE...`: carries out the steps of these pipelines until interrupted. */
export function workerCommand(terminal: Terminal): Command {
  return withRestart(withPools(withJson(withTaskQueue(withStore(withConnection(new Command('worker')))))))
    .description('run a worker for these pipeline files; Ctrl-C lets running steps checkpoint and leave')
    .argument('[files...]', 'pipeline files (default: those of the profile)')
    .option('--workflows <file>', 'a file of hand-written workflows to run as well')
    .option('--workflows-only', 'carry runs on, take no steps')
    .option('--activities-only', 'take steps (of the pools, else of the task queue), carry no runs on')
    .option('--deployment <name>', 'Worker Versioning: runs stay on the version that they started on')
    .option('--build-id <id>', 'version of the deployment (default: hash of workflow code and plans)')
    .option('--no-reload', 'keep the pipelines as they are now, also when their files change (default with --deployment)')
    .addHelpText(
      'after',
      examples(
        'perennial worker pipeline.ts',
        'perennial worker a.ts b.ts --task-queue ml --store s3://models/prod',
        'perennial worker pipeline.ts --workflows my-workflows.ts',
        'perennial worker pipeline.ts --workflows-only',
        'perennial worker pipeline.ts --activities-only --pool gpu-a100',
      ),
    )
    .action(async (files: readonly string[], flags: WorkerFlags) => {
      const named = filesOf(files, flags, 'perennial worker');
      await loadWorkerCode();
      const pipelines = await loadPipelines(named);
      const role = roleOf(flags);
      const worker = await startWorker(
        {
          pipelines,
          pipelineFiles: named,
          ...reloadSettings(flags, terminal),
          role,
          pool: flags.pool,
          ...workerSettings(flags),
          store: flags.store,
          taskQueue: flags.taskQueue,
          ...connectionSettings(flags),
          ...(flags.workflows === undefined ? {} : { workflows: flags.workflows }),
          ...(flags.deployment === undefined ? {} : { deployment: deploymentOf(flags.deployment, flags) }),
        },
        'WARN',
      );
      const names = pipelines.map(({ name }) => name);
      terminal.out(
        flags.json === true
          ? JSON.stringify({
              ready: true,
              taskQueue: flags.taskQueue,
              store: shownStore(flags.store),
              pipelines: names,
              role,
              pools: flags.pool,
            })
          : `Worker is ready: ${placeOf(flags, role)}, store ${shownStore(flags.store)}, pipelines ${names.join(', ')}. Ctrl-C stops it.`,
      );
      await tellSupervisor('ready');
      const health = tellHealth(process.env['PERENNIAL_HEALTH_FILE'] ?? '');
      await Promise.race([untilInterrupted(), worker.ended]);
      health.stop();
      if (flags.json !== true) terminal.note('Stopping: running steps checkpoint and leave.');
      await worker.stop();
    });
}

function deploymentOf(name: string, { buildId }: WorkerFlags): { readonly name: string; readonly buildId?: string } {
  return { name, ...(buildId === undefined ? {} : { buildId }) };
}

function roleOf({ workflowsOnly = false, activitiesOnly = false }: WorkerFlags): 'all' | 'workflows' | 'activities' {
  if (!workflowsOnly) return activitiesOnly ? 'activities' : 'all';
  if (!activitiesOnly) return 'workflows';
  throw new PipelineError('CLI_USAGE', {
    what: '--workflows-only and --activities-only leave nothing to do',
    where: 'perennial worker',
    expected: 'one of them, or none for both kinds of work',
  });
}

function placeOf({ taskQueue, pool }: WorkerFlags, role: 'all' | 'workflows' | 'activities'): string {
  const pools = pool.length === 0 ? [] : [`${pool.length === 1 ? 'pool' : 'pools'} ${pool.join(', ')}`];
  const queue = role === 'activities' && pool.length > 0 ? [] : [`queue ${taskQueue}${role === 'all' ? '' : ` (${role} only)`}`];
  return [...queue, ...pools].join(', ');
}
