import Table from 'cli-table3';
import { Command } from 'commander';
import { connectionSettings, examples, withConnection, withJson } from '../options.js';
import type { ConnectionFlags, JsonFlag } from '../options.js';
import type { Terminal } from '../terminal.js';
import { parseWholeNumber } from '../value-options.js';
import { withClient } from '../with-client.js';

interface RunsFlags extends ConnectionFlags, JsonFlag {
  readonly pipeline?: string;
  readonly query?: string;
  readonly limit: number;
}

/** `perennial runs`: the newest runs that the server knows. */
export function runsCommand(terminal: Terminal): Command {
  return withJson(withConnection(new Command('runs')))
    .description('list runs, newest first')
    .option('--pipeline <name>', 'only runs of this pipeline')
    .option('--query <text>', "a filter in Temporal's list language")
    .option('--limit <count>', 'at most so many', parseWholeNumber, 20)
    .addHelpText(
      'after',
      examples('perennial runs', 'perennial runs --pipeline flight-delay', `perennial runs --query 'MlStatus = "waiting"'`),
    )
    .action(async (flags: RunsFlags) => {
      const conditions = [
        flags.pipeline === undefined ? '' : `WorkflowType = "${flags.pipeline.replaceAll('"', '')}"`,
        flags.query ?? '',
      ].filter((part) => part !== '');
      const query = conditions.length === 0 ? undefined : conditions.map((part) => `(${part})`).join(' AND ');
      const runs = await withClient(connectionSettings(flags), (client) => client.list(query, flags.limit));
      if (flags.json === true) {
        terminal.out(JSON.stringify(runs, null, 2));
        return;
      }
      if (runs.length === 0) {
        terminal.out('No runs.');
        return;
      }
      const table = new Table({
        head: ['run', 'pipeline', 'state', 'status', 'metric', 'started', 'finished'],
        style: { head: [], border: [], compact: true },
      });
      for (const run of runs) {
        table.push([
          run.workflowId,
          run.type,
          run.state,
          run.status ?? '',
          run.metric ?? '',
          run.startedAt.slice(0, 19),
          run.finishedAt?.slice(0, 19) ?? '',
        ]);
      }
      terminal.out(table.toString());
    });
}
