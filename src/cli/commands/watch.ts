import { Command } from 'commander';
import { connectionSettings, examples, withConnection, withJson } from '../options.js';
import type { ConnectionFlags, JsonFlag } from '../options.js';
import { followRun } from '../follow-run.js';
import { reportEnd } from '../report-end.js';
import { silenced } from '../terminal.js';
import type { Terminal } from '../terminal.js';
import { withClient } from '../with-client.js';

/** `perennial watch RUN`: the run's graph, live, until it ends. */
export function watchCommand(terminal: Terminal): Command {
  return withJson(withConnection(new Command('watch')))
    .description('watch a run until it ends: a live graph on a terminal, one line per change elsewhere')
    .argument('<run>', 'workflow id of the run')
    .addHelpText('after', examples('perennial watch flight-delay-1', 'perennial watch flight-delay-1 | tee run.log'))
    .action(async (run: string, flags: ConnectionFlags & JsonFlag) => {
      await withClient(connectionSettings(flags), async (client) => {
        await followRun(client, connectionSettings(flags), run, flags.json === true ? silenced(terminal) : terminal);
        await reportEnd(client, run, terminal, flags.json === true);
      });
    });
}
