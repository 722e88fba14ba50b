import Table from 'cli-table3';
import { Command, InvalidArgumentError, Option } from 'commander';
import { type RunFilter, RUN_STATUSES, runQuery } from '../../../client/runs/run-query.js';
import type { RunSummary } from '../../../client/runs/run-listing.js';
import { connectionSettings, examples, withConnection, withJson } from '../../options/options.js';
import type { ConnectionFlags, JsonFlag } from '../../options/options.js';
import type { Terminal } from '../../terminal.js';
import { parseTime, parseWholeNumber } from '../../options/value-options.js';
import { withClient } from '../../options/with-client.js';

const SORTS = ['started', 'finished', 'duration', 'metric'] as const;

interface RunsFlags extends ConnectionFlags, JsonFlag, RunFilter {
  readonly limit: number;
  readonly sort: (typeof SORTS)[number];
}

/** `perennial runs`: the runs that the server knows, by our search attributes. */
export function runsCommand(terminal: Terminal): Command {
  return withJson(withConnection(new Command('runs')))
    .description('list runs, newest first')
    .option('--pipeline <name>', 'only runs of this pipeline')
    .addOption(new Option('--status <status>', 'only runs in this state').choices(RUN_STATUSES))
    .option('--model <name>', 'only runs that work on this model')
    .option('--trigger <text>', 'only runs started by this, such as manual, schedule or "dataset flights"')
    .option('--stage <kind>', 'only runs whose newest running step is of this kind, such as train')
    .option('--plan <hash>', 'only runs of this plan; the beginning of its hash is enough')
    .option('--schedule <id>', 'only runs started by this schedule')
    .option('--since <time>', 'only runs started then or later', parseTime)
    .option('--until <time>', 'only runs started earlier', parseTime)
    .option('--metric <test>', "only runs whose gate metric is so, e.g. '>0.8'", parseMetric)
    .option('--query <text>', "a filter in Temporal's list language")
    .option('--all', 'also the workflows that serve runs: notices, triggers, continuous training')
    .addOption(new Option('--sort <by>', 'order of those listed, highest or latest first').choices(SORTS).default('started'))
    .option('--limit <count>', 'at most so many', parseWholeNumber, 20)
    .addHelpText(
      'after',
      examples(
        'perennial runs',
        'perennial runs --pipeline flight-delay --status failed --since 2026-01-01',
        "perennial runs --model flight-delay --metric '>0.8' --sort metric",
        'perennial runs --trigger "dataset flights" --json',
        `perennial runs --query 'WorkflowType = "deliverNotice" AND ExecutionStatus = "Failed"'`,
      ),
    )
    .action(async (flags: RunsFlags) => {
      const listed = await withClient(connectionSettings(flags), (client) => client.list(runQuery(flags), flags.limit));
      const runs = [...listed].sort((left, right) => rankOf(right, flags.sort) - rankOf(left, flags.sort));
      if (flags.json === true) terminal.out(JSON.stringify(runs, null, 2));
      else if (runs.length === 0) terminal.out('No runs fit. Start one: perennial run FILE');
      else terminal.out([tableOf(runs), ...nextStep(runs)].join('\n'));
    });
}

/** `>0.8`, `<= 0.2`; a number alone means equal. */
export function parseMetric(text: string): NonNullable<RunFilter['metric']> {
  const [, op = '=', number = ''] = /^\s*(>=|<=|>|<|=)?\s*(\S+)\s*$/.exec(text) ?? [];
  const value = Number(number);
  if (number === '' || !Number.isFinite(value)) throw new InvalidArgumentError("expected a comparison such as '>0.8' or '<=0.2'");
  return { op: op as NonNullable<RunFilter['metric']>['op'], value };
}

function rankOf({ startedAt, finishedAt, metric }: RunSummary, sort: RunsFlags['sort']): number {
  const start = Date.parse(startedAt);
  // An unfinished run is the latest to finish.
  const end = finishedAt === null ? Date.now() : Date.parse(finishedAt);
  switch (sort) {
    case 'started':
      return start;
    case 'finished':
      return finishedAt === null ? Number.MAX_VALUE : end;
    case 'duration':
      return end - start;
    case 'metric':
      return metric ?? -Number.MAX_VALUE;
  }
}

function tableOf(runs: readonly RunSummary[]): string {
  const table = new Table({
    head: ['run', 'pipeline', 'state', 'status', 'trigger', 'metric', 'started', 'finished'],
    style: { head: [], border: [], compact: true },
  });
  for (const { workflowId, type, state, status, trigger, metric, startedAt, finishedAt } of runs) {
    const times = [startedAt.slice(0, 19), finishedAt?.slice(0, 19) ?? ''];
    table.push([workflowId, type, state, status ?? '', trigger ?? '', metric ?? '', ...times]);
  }
  return table.toString();
}

/** What to do about the first run that wants something. */
function nextStep(runs: readonly RunSummary[]): readonly string[] {
  const open = runs.filter(({ state }) => state === 'RUNNING');
  const asking = open.find(({ status }) => status === 'waiting' || status === 'blocked');
  if (asking !== undefined) return [`${asking.workflowId} is ${asking.status ?? ''}: perennial status ${asking.workflowId}`];
  const failed = runs.find(({ state }) => state === 'FAILED');
  if (failed !== undefined) return [`Why it failed: perennial status ${failed.workflowId}`];
  const [first] = open;
  return first === undefined ? [] : [`Look on: perennial watch ${first.workflowId}`];
}
