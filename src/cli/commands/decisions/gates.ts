import { Command } from 'commander';
import type { OpenGate } from '../../../client/index.js';
import { answered } from '../../answered.js';
import { gateLines } from '../../watch/gate-lines.js';
import { connectionSettings, examples, withConnection, withJson } from '../../options/options.js';
import type { ConnectionFlags, JsonFlag } from '../../options/options.js';
import type { Terminal } from '../../terminal.js';
import { parseWholeNumber } from '../../options/value-options.js';
import { withClient } from '../../options/with-client.js';

interface GatesFlags extends ConnectionFlags, JsonFlag {
  readonly limit: number;
}

/** `perennial gates [RUN]`: what waits for a person. */
export function gatesCommand(terminal: Terminal): Command {
  return withJson(withConnection(new Command('gates')))
    .description('list the gates that wait for an answer: what they ask, what is missing, who may answer')
    .argument('[run]', 'workflow id of a run (default: every running run)')
    .option('--limit <count>', 'look at so many running runs at most, newest first', parseWholeNumber, 100)
    .addHelpText('after', examples('perennial gates', 'perennial gates flight-delay-1 --json'))
    .action(async (run: string | undefined, flags: GatesFlags) => {
      const settings = connectionSettings(flags);
      const gates = await withClient(settings, (client) =>
        run === undefined ? client.gates({ limit: flags.limit }) : answered(settings, run, client.gates({ workflowId: run })),
      );
      if (flags.json === true) terminal.out(JSON.stringify(gates, null, 2));
      else if (gates.length === 0) terminal.out('Nothing waits for an answer.');
      else for (const gate of gates) show(gate, terminal);
    });
}

function show(gate: OpenGate, terminal: Terminal): void {
  terminal.out(`${terminal.colours.bold(gate.step)}  ${gate.workflowId}`);
  for (const line of gateLines(gate)) terminal.out(`  ${line}`);
  terminal.out(`  perennial approve ${gate.workflowId} --step '${gate.step}'`);
}
