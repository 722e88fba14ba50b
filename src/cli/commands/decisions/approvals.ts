import { Command } from 'commander';
import type { OpenApproval } from '../../../client/index.js';
import { answered } from '../../answered.js';
import { approvalLines } from '../../watch/approval-lines.js';
import { connectionSettings, examples, withConnection, withJson } from '../../options/options.js';
import type { ConnectionFlags, JsonFlag } from '../../options/options.js';
import type { Terminal } from '../../terminal.js';
import { parseWholeNumber } from '../../options/value-options.js';
import { withClient } from '../../options/with-client.js';

interface ApprovalsFlags extends ConnectionFlags, JsonFlag {
  readonly limit: number;
}

/** `perennial approvals [RUN]`: what waits for a person. */
export function approvalsCommand(terminal: Terminal): Command {
  return withJson(withConnection(new Command('approvals')))
    .description('list the approvals that wait for an answer: what they ask, what is missing, who may answer')
    .argument('[run]', 'workflow id of a run (default: every running run)')
    .option('--limit <count>', 'look at so many running runs at most, newest first', parseWholeNumber, 100)
    .addHelpText('after', examples('perennial approvals', 'perennial approvals flight-delay-1 --json'))
    .action(async (run: string | undefined, flags: ApprovalsFlags) => {
      const settings = connectionSettings(flags);
      const approvals = await withClient(settings, (client) =>
        run === undefined
          ? client.approvals({ limit: flags.limit })
          : answered(settings, run, client.approvals({ workflowId: run })),
      );
      if (flags.json === true) terminal.out(JSON.stringify(approvals, null, 2));
      else if (approvals.length === 0) terminal.out('Nothing waits for an answer.');
      else for (const approval of approvals) show(approval, terminal);
    });
}

function show(approval: OpenApproval, terminal: Terminal): void {
  terminal.out(`${terminal.colours.bold(approval.step)}  ${approval.workflowId}`);
  for (const line of approvalLines(approval)) terminal.out(`  ${line}`);
  terminal.out(`  perennial approve ${approval.workflowId} --step '${approval.step}'`);
}
