import { Command } from 'commander';
import { connectionSettings, examples, withConnection, withJson } from '../../options/options.js';
import type { ConnectionFlags, JsonFlag } from '../../options/options.js';
import type { Terminal } from '../../terminal.js';

/** `perennial setup`: what a Temporal namespace needs before its first run. */
export function setupCommand(terminal: Terminal): Command {
  return withJson(withConnection(new Command('setup')))
    .description("create our search attributes in the server's namespace (a dev server has them already)")
    .addHelpText('after', examples('perennial setup', 'perennial setup --address temporal.example:7233 --namespace ml'))
    .action(async (flags: ConnectionFlags & JsonFlag) => {
      const { connect, connectionOptions } = await import('../../../temporal/connection.js');
      const { ensureSearchAttributes } = await import('../../../temporal/search-attributes.js');
      const { address, namespace } = connectionOptions(connectionSettings(flags));
      const connection = await connect(connectionSettings(flags));
      try {
        const created = await ensureSearchAttributes(connection, namespace);
        if (flags.json === true) terminal.out(JSON.stringify({ address, namespace, created }));
        else {
          terminal.out(
            created.length === 0
              ? `Namespace ${namespace} at ${address} has all search attributes.`
              : `Created in namespace ${namespace} at ${address}: ${created.join(', ')}.`,
          );
        }
      } finally {
        await connection.close();
      }
    });
}
