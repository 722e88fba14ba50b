import { Command } from 'commander';
import { connectionSettings, examples, withConnection, withJson } from '../../options/options.js';
import type { ConnectionFlags, JsonFlag } from '../../options/options.js';
import type { Terminal } from '../../terminal.js';
import { withClient } from '../../options/with-client.js';

/** `perennial reset RUN`: takes a run back to before a step. */
export function resetCommand(terminal: Terminal): Command {
  return withJson(withConnection(new Command('reset')))
    .description('take a run back to before a step; the results of earlier steps are kept')
    .argument('<run>', 'workflow id of the run, open or ended')
    .option('--to <step>', 'go on with this step (default: the first that failed)')
    .addHelpText('after', examples('perennial reset flight-delay-1', 'perennial reset flight-delay-1 --to train'))
    .action(async (run: string, flags: ConnectionFlags & JsonFlag & { readonly to?: string }) => {
      const { runId, step } = await withClient(connectionSettings(flags), (client) => client.reset(run, flags.to));
      if (flags.json === true) terminal.out(JSON.stringify({ workflowId: run, runId, step }));
      else terminal.out(`${run} goes on before step ${step}.\n  perennial watch ${run}`);
    });
}
