import Table from 'cli-table3';
import { Command } from 'commander';
import type { JsonValue } from '../../../contracts/json.js';
import type { ChangeState, ChangeSubject, Subscription } from '../../../contracts/plan/triggers.js';
import { subjectPath } from '../../../contracts/plan/triggers.js';
import { PipelineError } from '../../../errors/pipeline-error.js';
import { answered } from '../../answered.js';
import type { ProfileFlags } from '../../options/apply-settings.js';
import { filesOf } from '../../options/apply-settings.js';
import { deployTriggers, renderTriggerChanges, triggerChangesAsJson } from '../../deploy/deploy-triggers.js';
import { loadPipelines } from '../../load/load-pipeline.js';
import {
  connectionSettings,
  decidedBy,
  examples,
  withConnection,
  withJson,
  withStore,
  withTaskQueue,
} from '../../options/options.js';
import type { ConnectionFlags, JsonFlag, QueueFlags, StoreFlags } from '../../options/options.js';
import type { Terminal } from '../../terminal.js';

/** `perennial triggers ...`: which pipelines run when a data set or an alias changes. */
export function triggersCommand(terminal: Terminal): Command {
  return new Command('triggers')
    .description('pipelines that run when a data set or an alias of a model changes')
    .addCommand(listCommand(terminal))
    .addCommand(showCommand(terminal))
    .addCommand(applyCommand(terminal));
}

function listCommand(terminal: Terminal): Command {
  return withJson(withStore(new Command('list')))
    .description('list the triggers of a store')
    .addHelpText('after', examples('perennial triggers list', 'perennial triggers list --json'))
    .action(async (flags: StoreFlags & JsonFlag) => {
      const subscriptions = await subscriptionsIn(flags);
      if (flags.json === true) terminal.out(JSON.stringify(subscriptions, null, 2));
      else if (subscriptions.length === 0)
        terminal.out('No triggers. Declare them in a pipeline, then: perennial triggers apply FILE');
      else terminal.out(tableOf(subscriptions));
    });
}

function showCommand(terminal: Terminal): Command {
  return withJson(withConnection(withStore(new Command('show'))))
    .description('the runs that changes of one data set or alias started, and the changes that started none')
    .argument('<subject>', 'dataset/NAME or alias/MODEL/ALIAS')
    .addHelpText(
      'after',
      examples('perennial triggers show dataset/flights', 'perennial triggers show alias/flight-delay/champion'),
    )
    .action(async (name: string, flags: StoreFlags & ConnectionFlags & JsonFlag) => {
      const subscriptions = await subscriptionsIn(flags);
      const subject = subjectNamed(name, subscriptions);
      const state = await stateOf(subject, flags);
      if (flags.json === true) terminal.out(JSON.stringify({ subject: name, ...state }, null, 2));
      else terminal.out(renderState(name, state));
    });
}

function applyCommand(terminal: Terminal): Command {
  return withJson(withTaskQueue(withStore(new Command('apply'))))
    .description('put the triggers of pipeline files into the store, as `deploy` does')
    .argument('[files...]', 'pipeline files (default: those of the profile)')
    .option('--dry-run', 'show the changes and stop')
    .addOption(decidedBy())
    .addHelpText('after', examples('perennial triggers apply pipeline.ts --dry-run', 'perennial triggers apply pipeline.ts'))
    .action(async (files: readonly string[], flags: ApplyFlags) => {
      const pipelines = await loadPipelines(filesOf(files, flags, 'perennial triggers apply'));
      const deployment = await deployTriggers(pipelines, flags, flags.by);
      const applied = deployment.changesAnything && flags.dryRun !== true;
      if (applied) await deployment.apply();
      if (flags.json === true) {
        terminal.out(JSON.stringify({ triggers: triggerChangesAsJson(deployment.changes), applied }, null, 2));
        return;
      }
      for (const line of renderTriggerChanges(deployment.changes, terminal.colours)) terminal.out(line);
      terminal.out(applied ? 'Done. The triggers: perennial triggers list' : 'Nothing was changed.');
    });
}

type ApplyFlags = StoreFlags & QueueFlags & JsonFlag & ProfileFlags & { readonly dryRun?: boolean; readonly by: string };

async function subscriptionsIn({ store }: StoreFlags): Promise<readonly Subscription[]> {
  const { openObjectStore } = await import('../../../store/open-store.js');
  const { allSubscriptions } = await import('../../../triggers/subscriptions.js');
  return allSubscriptions(await openObjectStore(store));
}

function subjectNamed(name: string, subscriptions: readonly Subscription[]): ChangeSubject {
  const known = new Map(subscriptions.map(({ on }) => [subjectPath(on), on]));
  const subject = known.get(name);
  if (subject !== undefined) return subject;
  throw new PipelineError('TRIGGER_SUBJECT_UNKNOWN', {
    what: `no pipeline runs on ${name}`,
    expected: known.size === 0 ? 'a store with triggers' : `one of ${[...known.keys()].join(', ')}`,
  });
}

/** Nothing has changed yet when there is no workflow of the subject. */
async function stateOf(subject: ChangeSubject, flags: ConnectionFlags & StoreFlags): Promise<ChangeState | null> {
  const { Client, WorkflowNotFoundError } = await import('@temporalio/client');
  const [{ followersOf }, { openObjectStore }, { projectOf }] = await Promise.all([
    import('../../../temporal/followers.js'),
    import('../../../store/open-store.js'),
    import('../../../store/project.js'),
  ]);
  const { connect, connectionOptions } = await import('../../../temporal/connection.js');
  const settings = connectionSettings(flags);
  const { namespace } = connectionOptions(settings);
  const connection = await connect(settings);
  try {
    const { workflow } = new Client({ connection, namespace });
    const { workflowId: id } = await followersOf(workflow, subject, await projectOf(await openObjectStore(flags.store)));
    return await answered(settings, id, workflow.getHandle(id).query<ChangeState>('status'));
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  } finally {
    await connection.close();
  }
}

function renderState(name: string, state: ChangeState | null): string {
  if (state === null) return `${name} has not changed since it has triggers.`;
  const waiting = Object.entries(state.pipelines)
    .filter(([, queue]) => queue.waiting.length > 0)
    .map(
      ([pipeline, queue]) =>
        `  ${pipeline}: ${queue.waiting.length} waiting${queue.active === null ? '' : ` for ${queue.active}`}`,
    );
  const table = new Table({
    head: ['change', 'pipeline', 'at', 'decision', 'run'],
    style: { head: [], border: [], compact: true },
  });
  for (const { n, pipeline, at, decision, workflowId, reason } of state.decisions)
    table.push([n, pipeline, at.slice(0, 19), decision, workflowId ?? reason]);
  return [`${name}: ${state.received} changes, ${state.started} runs started`, ...waiting, table.toString()].join('\n');
}

function tableOf(subscriptions: readonly Subscription[]): string {
  const table = new Table({
    head: ['subject', 'pipeline', 'overlap', 'queue', 'parameters', 'since', 'by'],
    style: { head: [], border: [], compact: true },
  });
  for (const { on, pipeline, overlap, taskQueue, parameters, subscribedAt, subscribedBy } of subscriptions) {
    const settings = Object.entries(parameters).map(([name, value]) => `${name}=${parameterText(value)}`);
    table.push([subjectPath(on), pipeline, overlap, taskQueue, settings.join(' '), subscribedAt.slice(0, 19), subscribedBy]);
  }
  return table.toString();
}

/** A field of the change in angle brackets, anything else as JSON. */
const parameterText = (value: JsonValue): string =>
  typeof value === 'object' && value !== null && '$event' in value && typeof value['$event'] === 'string'
    ? `<${value['$event']}>`
    : JSON.stringify(value);
