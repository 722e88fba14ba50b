import { Command } from 'commander';
import type { PipelineClient, StartedRun } from '../../../client/index.js';
import type { PlanExpectation } from '../../../contracts/run.js';
import type { Pipeline } from '../../../pipeline/pipeline.js';
import { workerSettings } from '../../options/apply-settings.js';
import type { ProfileFlags } from '../../options/apply-settings.js';
import { EXIT } from '../../exit-codes.js';
import { isPipelineError, PipelineError } from '../../../errors/pipeline-error.js';
import { confirmStart } from '../../watch/confirm-start.js';
import { followRun } from '../../watch/follow-run.js';
import { loadPipeline, looksLikeFile } from '../../load/load-pipeline.js';
import {
  connectionSettings,
  decidedBy,
  examples,
  withConnection,
  withJson,
  withPools,
  withStore,
  withTaskQueue,
} from '../../options/options.js';
import type { ConnectionFlags, JsonFlag, PoolFlags, QueueFlags, StoreFlags } from '../../options/options.js';
import { reportEnd } from '../../watch/report-end.js';
import { startWorker } from '../../start/start-worker.js';
import type { RunningWorker } from '../../start/start-worker.js';
import { readReuse, withReuse } from '../../options/run-options.js';
import type { ReuseFlags } from '../../options/run-options.js';
import { silenced } from '../../terminal.js';
import { parsePriority } from '../../options/value-options.js';
import type { Terminal } from '../../terminal.js';
import { untilInterrupted } from '../../start/until-interrupted.js';
import { withClient } from '../../options/with-client.js';
import { parametersOf, withParameters } from '../../options/with-parameters.js';
import type { ParameterFlags } from '../../options/with-parameters.js';

interface RunFlags
  extends ConnectionFlags, JsonFlag, PoolFlags, ProfileFlags, QueueFlags, ReuseFlags, StoreFlags, ParameterFlags {
  readonly id?: string;
  readonly by: string;
  readonly team?: string;
  readonly priority?: number;
  readonly follow?: boolean;
  readonly worker?: boolean;
}

/** `perennial run FILE|NAME`: starts a run, and with `--follow` or `--worker` stays with it to its end. */
export function runCommand(terminal: Terminal): Command {
  return withReuse(withParameters(withPools(withJson(withTaskQueue(withStore(withConnection(new Command('run'))))))))
    .description('start a run of a pipeline file, or of a pipeline that a worker knows by name')
    .argument('<file-or-name>', 'pipeline file, or name of a pipeline')
    .option('--id <id>', 'workflow id of the run (default: made from the name and the time)')
    .addOption(decidedBy())
    .option('--team <name>', "whose share of the workers the run uses up (default: the pipeline's)")
    .option('--priority <1-5>', "1 goes first (default: the pipeline's, else 3)", parsePriority)
    .option('--follow', 'show the run until it ends')
    .option('--worker', 'carry the run out in this process too (needs a file), until it ends')
    .addHelpText(
      'after',
      examples(
        `perennial run examples/flight-delay/pipeline.ts --params '{"from":"2001-01-01","to":"2001-02-01"}' --follow`,
        'perennial run pipeline.ts --from 2001-01-01 --to 2001-02-01 --worker   # each parameter of the file is a flag',
        'perennial run pipeline.ts --help                                        # lists them',
        'perennial run flight-delay --params @january.json --json',
        'perennial run pipeline.ts --from-step train --of flight-delay-1',
      ),
    )
    .action(async (target: string, flags: RunFlags, command: Command) => {
      const pipeline = looksLikeFile(target) ? await loadPipeline(target) : null;
      if (pipeline === null && flags.worker === true) {
        throw new PipelineError('CLI_USAGE', {
          what: '--worker needs a pipeline file',
          where: `perennial run ${target}`,
          received: `the name ${target}`,
        });
      }
      const parameters = await parametersOf(command, pipeline, terminal.env);
      const reuse = await readReuse(flags, flags.store, pipeline);
      const expects = pipeline === null ? {} : { expects: await expectationOf(pipeline) };
      const settings = { ...connectionSettings(flags), taskQueue: flags.taskQueue };
      await withClient(settings, async (client) => {
        const start = (): Promise<StartedRun> =>
          client.start(pipeline ?? target, parameters, {
            run: {
              author: flags.by,
              ...expects,
              ...reuse,
              ...(flags.team === undefined ? {} : { team: flags.team }),
              ...(flags.priority === undefined ? {} : { priority: flags.priority }),
            },
            ...(flags.id === undefined ? {} : { workflowId: flags.id }),
          });
        if (pipeline !== null && flags.worker === true)
          await startWithWorker(client, { pipeline, file: target }, start, flags, terminal);
        else {
          const { workflowId, runId } = await start();
          announce(terminal, flags, pipeline?.name ?? target, workflowId, runId);
          if (flags.follow === true) await stayWith(client, workflowId, flags, terminal);
          else await confirmStart(client, connectionSettings(flags), workflowId, terminal);
        }
      });
    });
}

/** The file as it is now, with the code of its steps as far as that can be read. */
async function expectationOf(pipeline: Pipeline): Promise<PlanExpectation> {
  const { wholeCodeHash } = await import('../../../cache/code/pipeline-code.js');
  try {
    return { plan: pipeline.plan.hash, code: await wholeCodeHash(pipeline) };
  } catch (error) {
    if (isPipelineError(error) && error.code === 'CACHE_CODE_UNREADABLE') return { plan: pipeline.plan.hash };
    throw error;
  }
}

async function startWithWorker(
  client: PipelineClient,
  { pipeline, file }: { readonly pipeline: Pipeline; readonly file: string },
  start: () => Promise<StartedRun>,
  flags: RunFlags,
  terminal: Terminal,
): Promise<void> {
  const settings = connectionSettings(flags);
  const worker: RunningWorker = await startWorker(
    {
      pipelines: [pipeline],
      pipelineFiles: [file],
      pool: flags.pool,
      ...workerSettings(flags),
      store: flags.store,
      taskQueue: flags.taskQueue,
      ...settings,
    },
    'ERROR',
  );
  try {
    const { workflowId, runId } = await start();
    announce(terminal, { ...flags, follow: true }, pipeline.name, workflowId, runId);
    const ending = await Promise.race([
      stayWith(client, workflowId, flags, terminal).then(() => 'run' as const),
      untilInterrupted().then(() => 'person' as const),
      worker.ended.then(() => 'worker' as const),
    ]);
    if (ending !== 'run') {
      terminal.note(
        `Stopping the worker; the run waits and goes on with the next one: perennial worker FILE, perennial watch ${workflowId}`,
      );
      terminal.exitCode = EXIT.interrupted;
    }
  } finally {
    await worker.stop();
  }
}

async function stayWith(client: PipelineClient, workflowId: string, flags: RunFlags, terminal: Terminal): Promise<void> {
  const json = flags.json === true;
  await followRun(client, connectionSettings(flags), workflowId, json ? silenced(terminal) : terminal, { store: flags.store });
  await reportEnd(client, workflowId, terminal, json);
}

function announce(terminal: Terminal, flags: RunFlags, pipeline: string, workflowId: string, runId: string): void {
  const follows = flags.follow === true;
  if (flags.json === true) {
    if (!follows) terminal.out(JSON.stringify({ pipeline, workflowId, runId, taskQueue: flags.taskQueue }));
    return;
  }
  terminal.out(`Started ${pipeline} as ${workflowId} on queue ${flags.taskQueue}.`);
  if (!follows) terminal.out(`  perennial watch ${workflowId}\n  perennial status ${workflowId}`);
}
