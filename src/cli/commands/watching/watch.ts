import { Command } from 'commander';
import { connectionSettings, examples, withConnection, withJson, withStore } from '../../options/options.js';
import type { ConnectionFlags, JsonFlag, StoreFlags } from '../../options/options.js';
import { followRun } from '../../watch/follow-run.js';
import { reportEnd } from '../../watch/report-end.js';
import { runEvents } from '../../watch/run-events.js';
import { silenced } from '../../terminal.js';
import type { Terminal } from '../../terminal.js';
import { withClient } from '../../options/with-client.js';

/** `perennial watch RUN`: the run's graph, live, until it ends. */
export function watchCommand(terminal: Terminal): Command {
  return withJson(withStore(withConnection(new Command('watch'))))
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
    .action(async (run: string, flags: ConnectionFlags & JsonFlag & StoreFlags) => {
      await withClient(connectionSettings(flags), async (client) => {
        const settings = connectionSettings(flags);
        const { json, store } = flags;
        if (json === true) await followRun(client, settings, run, silenced(terminal), { view: runEvents(terminal, run), store });
        else await followRun(client, settings, run, terminal, { store });
        await reportEnd(client, run, terminal, json === true ? 'line' : false);
      });
    });
}
