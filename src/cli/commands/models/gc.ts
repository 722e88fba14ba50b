import Table from 'cli-table3';
import { Command } from 'commander';
import {
  DEFAULT_KEEP_RUNS_MS,
  DEFAULT_OLDER_THAN_MS,
  type GarbageOptions,
  type GarbageSummary,
  LEAST_OLDER_THAN_MS,
} from '../../../contracts/store/garbage.js';
import { durationMs } from '../../../pipeline/duration.js';
import type { ProfileFlags } from '../../options/apply-settings.js';
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
import { parseLength } from '../../options/value-options.js';
import { withTarget } from '../../options/with-target.js';
import { formatBytes, formatLength } from '../../render/render-amounts.js';
import { shownStore } from '../../../store/store-setting.js';
import type { Terminal } from '../../terminal.js';

interface GcFlags extends ConnectionFlags, QueueFlags, StoreFlags, JsonFlag, ProfileFlags {
  readonly dryRun?: boolean;
  readonly list?: boolean;
  readonly olderThan?: number;
  readonly keepRuns?: number;
  readonly server: boolean;
  readonly schedule?: string;
  readonly timezone: string;
  readonly by: string;
  readonly takeOver?: string;
}

/** `perennial gc`: removes from the store what nothing can reach any more. */
export function gcCommand(terminal: Terminal): Command {
  return withJson(withStore(withTaskQueue(withConnection(new Command('gc')))))
    .description('remove from the store what no model, endpoint, run, window or kept result can reach any more')
    .option('--dry-run', 'say what would be removed, and remove nothing')
    .option('--list', 'print the key of everything that goes, one a line')
    .option('--older-than <length>', `leave alone what is younger (default: ${formatLength(DEFAULT_OLDER_THAN_MS)})`, parseLength)
    .option(
      '--keep-runs <length>',
      `how long records of runs and unused results in the cache stay (default: ${formatLength(DEFAULT_KEEP_RUNS_MS)})`,
      parseLength,
    )
    .option('--no-server', 'do not ask Temporal what is open: every run without an end counts as open as long as runs are kept')
    .option('--schedule <cron>', 'let the workers of the task queue do it by a schedule of Temporal, and stop')
    .option('--timezone <name>', 'of the schedule', 'UTC')
    .option(
      '--take-over <reason>',
      'replace the schedule of the queue also when it is of another store; the reason is kept with it',
    )
    .addOption(decidedBy())
    .addHelpText(
      'after',
      examples(
        'perennial gc --dry-run',
        "perennial gc --older-than '7 days' --keep-runs '30 days'",
        'perennial gc --store s3://models/production --dry-run --list',
        "perennial gc --schedule '0 4 * * *' --timezone Europe/Zurich",
        'perennial schedules delete collectGarbage/ml',
      ),
    )
    .action(async (flags: GcFlags) => {
      const options = optionsOf(flags);
      if (flags.schedule !== undefined) await schedule(flags, flags.schedule, options, terminal);
      else await collect(flags, options, terminal);
    });
}

/** What the flags say, else the profile. */
function optionsOf({ chosen, olderThan, keepRuns, dryRun }: GcFlags): GarbageOptions {
  const { cleaning = {} } = chosen.profile;
  return {
    olderThanMs: olderThan ?? durationMs(cleaning.olderThan ?? '') ?? DEFAULT_OLDER_THAN_MS,
    keepRunsMs: keepRuns ?? durationMs(cleaning.keepRuns ?? '') ?? DEFAULT_KEEP_RUNS_MS,
    ...(dryRun === true ? { dryRun } : {}),
  };
}

async function collect(flags: GcFlags, options: GarbageOptions, terminal: Terminal): Promise<void> {
  const { olderThanMs = DEFAULT_OLDER_THAN_MS } = options;
  if (olderThanMs < LEAST_OLDER_THAN_MS && options.dryRun !== true)
    terminal.note(
      `A run that publishes right now may lose what it relies on: ${formatLength(olderThanMs)} is less than ${formatLength(LEAST_OLDER_THAN_MS)}.`,
    );
  const [{ openObjectStore }, { collectGarbage }] = await Promise.all([
    import('../../../store/open-store.js'),
    import('../../../garbage/collect-garbage.js'),
  ]);
  const objects = await openObjectStore(flags.store);
  const { openRuns, connection } = await server(flags);
  const interruption = new AbortController();
  const { untilInterrupted } = await import('../../start/until-interrupted.js');
  void untilInterrupted().then(() => {
    interruption.abort(new Error('it was interrupted; what is left goes the next time'));
  });
  let said = '';
  try {
    const summary = await collectGarbage(
      {
        objects,
        openRuns,
        signal: interruption.signal,
        progress: (message) => {
          if (message !== said && flags.json !== true) terminal.note(message);
          said = message;
        },
        ...(flags.list === true && flags.json !== true
          ? {
              removed: (key: string) => {
                terminal.out(key);
              },
            }
          : {}),
      },
      options,
    );
    if (flags.json === true) terminal.out(JSON.stringify(summary, null, 2));
    else show(summary, flags, terminal);
  } finally {
    await connection?.close();
  }
}

/** Where it is asked what is open. */
async function server(flags: GcFlags) {
  if (!flags.server)
    return {
      openRuns: () => Promise.resolve({ workflowIds: new Set<string>(), mentioned: new Set<string>() }),
      connection: null,
    };
  const [{ connect, connectionOptions }, { Client }, { openRuns }] = await Promise.all([
    import('../../../temporal/connection.js'),
    import('@temporalio/client'),
    import('../../../garbage/open-runs.js'),
  ]);
  const settings = connectionSettings(flags);
  const connection = await connect(settings);
  const client = new Client({ connection, namespace: connectionOptions(settings).namespace });
  return { openRuns: () => openRuns(client), connection };
}

async function schedule(flags: GcFlags, cron: string, options: GarbageOptions, terminal: Terminal): Promise<void> {
  const { deployGarbageSchedule } = await import('../../../deploy/garbage-schedule.js');
  const { deployOwner } = await import('../../deploy/take-over.js');
  const owner = await deployOwner(flags);
  const { timezone } = flags;
  const id = await withTarget(flags, (target) => deployGarbageSchedule(target, { cron, timezone, options, owner }));
  if (flags.json === true) terminal.out(JSON.stringify({ schedule: id, cron, timezone: flags.timezone, ...options }));
  else {
    terminal.out(
      `Deployed: ${id}, ${cron} (${flags.timezone}). Workers of the queue ${flags.taskQueue} clean the store that they have.`,
    );
    terminal.out('  perennial schedules list');
  }
}

function show(summary: GarbageSummary, flags: GcFlags, terminal: Terminal): void {
  const { dryRun, removed, kept, kinds, olderThanMs, keepRunsMs, tidied } = summary;
  const table = new Table({
    head: ['kind', dryRun ? 'would go' : 'removed', 'bytes', 'kept', 'bytes', 'why'],
    style: { head: [], border: [], compact: true },
    wordWrap: true,
    colWidths: [null, null, null, null, null, WHY_WIDTH],
  });
  for (const kind of kinds)
    table.push([
      kind.kind,
      kind.removed.objects,
      formatBytes(kind.removed.bytes),
      kind.kept.objects,
      formatBytes(kind.kept.bytes),
      Object.entries(kind.why)
        .map(([reason, count]) => `${reason}: ${count}`)
        .join(', '),
    ]);
  if (kinds.length > 0) terminal.out(table.toString());
  const verb = dryRun ? 'Would remove' : 'Removed';
  terminal.out(
    `${verb} ${removed.objects} objects (${formatBytes(removed.bytes)}), keeps ${kept.objects} (${formatBytes(kept.bytes)}).`,
  );
  terminal.out(`Nothing younger than ${formatLength(olderThanMs)}; runs are kept for ${formatLength(keepRunsMs)}.`);
  if (tidied > 0) terminal.out(`Tidied up ${tidied} empty folders, marks of deleted keys and uploads that were never finished.`);
  if (dryRun && removed.objects > 0) terminal.out(`  perennial gc --store ${shownStore(flags.store)}`);
}

const WHY_WIDTH = 60;
