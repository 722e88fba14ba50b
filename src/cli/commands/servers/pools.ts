import type { Connection } from '@temporalio/client';
import { Command } from 'commander';
import type { PipelineClient } from '../../../client/index.js';
import { type PoolSpec, queueOf } from '../../../contracts/plan/pools.js';
import { offerOf } from '../../../pipeline/plan/place-steps.js';
import type { ProfileFlags } from '../../options/apply-settings.js';
import { connectionSettings, examples, withConnection, withJson } from '../../options/options.js';
import type { ConnectionFlags, JsonFlag } from '../../options/options.js';
import type { Terminal } from '../../terminal.js';
import { withClient } from '../../options/with-client.js';

type PoolRow = {
  readonly pool: string;
  readonly taskQueue: string;
  readonly offers: string;
  /** As the server knows them: process, machine, pool, and the devices that they hand out. */
  readonly workers: readonly string[];
  readonly limit: number | null;
  readonly used: number;
  readonly holders: readonly string[];
  readonly queue: readonly string[];
};

/** `perennial pools`: the pools of the profile, who serves them, who holds their limit and who waits. */
export function poolsCommand(terminal: Terminal): Command {
  return withJson(withConnection(new Command('pools')))
    .description(
      'list the pools of the profile: workers and their devices, and for those with a limit who holds it and who waits',
    )
    .addHelpText('after', examples('perennial pools', 'perennial pools --profile production --json'))
    .action(async (flags: ConnectionFlags & JsonFlag & ProfileFlags) => {
      const pools = Object.entries(flags.chosen.profile.pools ?? {});
      const settings = connectionSettings(flags);
      const { connect, connectionOptions } = await import('../../../temporal/connection.js');
      const connection = await connect(settings);
      try {
        const { namespace } = connectionOptions(settings);
        const rows = await withClient(settings, (client) =>
          Promise.all(pools.map(([name, pool]) => rowOf(client, connection, namespace, name, pool))),
        );
        show(terminal, rows, flags.json === true);
      } finally {
        await connection.close();
      }
    });
}

async function rowOf(
  client: PipelineClient,
  connection: Connection,
  namespace: string,
  name: string,
  pool: PoolSpec,
): Promise<PoolRow> {
  const { pollersOf } = await import('../../../temporal/queue-pollers.js');
  const taskQueue = queueOf(name, pool);
  const [pollers, view] = await Promise.all([
    pollersOf(connection, namespace, taskQueue, 'activity'),
    pool.limit === undefined ? null : client.admission('pool', name),
  ]);
  return {
    pool: name,
    taskQueue,
    offers: offerOf(pool),
    workers: [...new Set(pollers.map(({ identity }) => identity))],
    limit: pool.limit ?? null,
    used: view?.used ?? 0,
    holders: view?.holders.map(({ id }) => id) ?? [],
    queue: view?.queue.map(({ id }) => id) ?? [],
  };
}

function show(terminal: Terminal, rows: readonly PoolRow[], json: boolean): void {
  if (json) {
    terminal.out(JSON.stringify(rows, null, 2));
    return;
  }
  if (rows.length === 0) {
    terminal.out('The profile has no pools: every step runs on the task queue of its run. Add `pools` to perennial.config.ts.');
    return;
  }
  const { colours } = terminal;
  for (const row of rows) {
    const limit = row.limit === null ? '' : `  ${row.used} of ${row.limit} in use, ${row.queue.length} waiting`;
    terminal.out(`${colours.bold(row.pool)}  queue ${row.taskQueue}: ${row.offers}${limit}`);
    if (row.workers.length === 0) {
      terminal.out(`  ${colours.yellow('no worker')}; start one: perennial worker FILE --pool ${row.pool}`);
    }
    for (const worker of row.workers) terminal.out(`  worker ${worker}`);
    for (const holder of row.holders) terminal.out(`  holds  ${holder}`);
    for (const [place, waiting] of row.queue.entries()) terminal.out(`  waits  ${waiting}, ${place} before it`);
  }
}
