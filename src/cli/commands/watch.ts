import { Command } from 'commander';
import { connectionSettings, examples, withConnection, withJson } from '../options.js';
import type { ConnectionFlags, JsonFlag } from '../options.js';
import { followRun } from '../follow-run.js';
import { reportEnd } from '../report-end.js';
import { runEvents } from '../run-events.js';
import { silenced } from '../terminal.js';
import type { Terminal } from '../terminal.js';
import { withClient } from '../with-client.js';

/** `perennial watch RUN`: the run's graph, live, until it ends. */
export function watchCommand(terminal: Terminal): Command {
  return withJson(withConnection(new Command('watch')))
    .description(
      'watch a run until it ends: a live graph on a terminal, one line per change elsewhere, with --json one event per line',
    )
    .argument('<run>', 'workflow id of the run')
    .addHelpText(
      'after',
      examples(
        'perennial watch flight-delay-1',
        'perennial watch flight-delay-1 | tee run.log',
        'perennial watch flight-delay-1 --json | jq \'select(.event == "step")\'',
      ),
    )
    .action(async (run: string, flags: ConnectionFlags & JsonFlag) => {
      await withClient(connectionSettings(flags), async (client) => {
        const settings = connectionSettings(flags);
        if (flags.json === true) await followRun(client, settings, run, silenced(terminal), runEvents(terminal, run));
        else await followRun(client, settings, run, terminal);
        await reportEnd(client, run, terminal, flags.json === true ? 'line' : false);
      });
    });
}
