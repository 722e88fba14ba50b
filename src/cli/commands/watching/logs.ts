import { Command, Option } from 'commander';
import { LOG_LEVELS, type LogLevel } from '../../../logs/log-line.js';
import { listLogChunks } from '../../../logs/read-logs.js';
import { openObjectStore } from '../../../store/open-store.js';
import type { StoreSetting } from '../../../store/store-setting.js';
import { connect, connectionOptions } from '../../../temporal/connection.js';
import type { ConnectionSettings } from '../../../temporal/connection.js';
import type { PipelineClient } from '../../../client/index.js';
import type { Plan } from '../../../contracts/plan.js';
import { everyStep } from '../../../pipeline/plan/every-step.js';
import { answered } from '../../answered.js';
import { historyWakes } from '../../watch/history-wakes.js';
import { connectionSettings, examples, withConnection, withJson, withStore } from '../../options/options.js';
import type { ConnectionFlags, JsonFlag, StoreFlags } from '../../options/options.js';
import { type LogQuery, printer, requireKnownStep, showLogs } from '../../watch/show-logs.js';
import type { Terminal } from '../../terminal.js';
import { toPipelineError } from '../../to-pipeline-error.js';
import { parseWholeNumber } from '../../options/value-options.js';
import { withClient } from '../../options/with-client.js';

interface LogsFlags extends ConnectionFlags, StoreFlags, JsonFlag {
  readonly attempt?: number;
  readonly follow?: boolean;
  readonly level: LogLevel;
  readonly runId?: string;
}

/** `perennial logs RUN [STEP]`: what steps logged, from the store. Needs Temporal only to follow, and when there is nothing to show. */
export function logsCommand(terminal: Terminal): Command {
  return withJson(withStore(withConnection(new Command('logs'))))
    .description('show what the steps of a run logged and what their programs wrote')
    .argument('<run>', 'workflow id of the run')
    .argument('[step]', 'only this step (with all items of a map), or one activity such as train[3]')
    .option('--attempt <number>', 'only this attempt', parseWholeNumber)
    .option('--follow', 'go on until the run ends')
    .addOption(new Option('--level <level>', 'the least level to show').choices(LOG_LEVELS).default('debug'))
    .option('--run-id <id>', 'one of several runs under the workflow id (default: the newest)')
    .addHelpText(
      'after',
      examples(
        'perennial logs flight-delay-1',
        'perennial logs flight-delay-1 train --follow',
        'perennial logs flight-delay-1 train --attempt 2 --level warn',
      ),
    )
    .action(async (run: string, step: string | undefined, flags: LogsFlags) => {
      const objects = await openObjectStore(flags.store);
      const settings = { ...connectionSettings(flags), store: flags.store };
      const { level, attempt, runId, json = false, follow = false } = flags;
      const query: LogQuery = {
        run,
        level,
        ...(step === undefined ? {} : { step }),
        ...(attempt === undefined ? {} : { attempt }),
        ...(runId === undefined ? {} : { runId }),
      };
      let lines = 0;
      const print = printer(terminal, json);
      if (follow && step !== undefined) {
        // Else a misspelt step would show nothing until the run ends.
        requireKnownStep(step, await listLogChunks(objects, run), await plannedSteps(settings, run, false), run);
      }
      const ended = follow ? runEnd(settings, run, terminal) : null;
      const chunks = await showLogs(
        objects,
        query,
        (chunk, line) => {
          lines += 1;
          print(chunk, line);
        },
        ended,
      );
      if (lines > 0) return;
      const planned = await plannedSteps(settings, run, chunks.length > 0);
      if (step !== undefined) requireKnownStep(step, chunks, planned, run);
      terminal.note(`Nothing was logged${step === undefined ? '' : ` by ${step}`} so far. Next: perennial status ${run}`);
    });
}

/** Resolves when the run is closed. @throws PipelineError when there is no such run. */
async function runEnd(settings: ConnectionSettings, run: string, terminal: Terminal): Promise<void> {
  await withClient(settings, (client) => client.progress(run));
  const connection = await connect(settings);
  try {
    const { namespace } = connectionOptions(settings);
    for await (const wake of historyWakes(connection, namespace, run, (reason) => {
      terminal.note(reason);
    }))
      if (wake === 'closed') return;
  } finally {
    await connection.close();
  }
}

/** Steps of the run's plan, those of bodies too; null when it has none yet, or has logged something and nobody is there to be asked. */
async function plannedSteps(
  settings: ConnectionSettings & { readonly store: StoreSetting },
  run: string,
  hasLogs: boolean,
): Promise<readonly string[] | null> {
  try {
    return await withClient(settings, async (client) => {
      const plan = await planOf(client, settings, run);
      return plan === null ? null : everyStep(plan.steps).map(({ id }) => id);
    });
  } catch (error) {
    const known = await toPipelineError(error);
    if (hasLogs && (known.retryable || known.code === 'EXECUTION_RUN_NOT_FOUND')) return null;
    throw known;
  }
}

/** As its history has it, which asks no worker; of a run that the server has forgotten as the store has it. */
async function planOf(client: PipelineClient, settings: ConnectionSettings, run: string): Promise<Pick<Plan, 'steps'> | null> {
  try {
    const { plan } = await client.standing(run);
    if (plan !== null) return plan;
  } catch (error) {
    if ((await toPipelineError(error)).code !== 'EXECUTION_RUN_NOT_FOUND') throw error;
  }
  return answered(settings, run, client.plan(run));
}
