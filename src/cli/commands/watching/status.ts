import { Command } from 'commander';
import { statusOrStanding } from '../../watch/stand-in-status.js';
import { exitCodeOfRun } from '../../exit-codes.js';
import { connectionSettings, examples, withConnection, withJson, withStore } from '../../options/options.js';
import type { ConnectionFlags, JsonFlag, StoreFlags } from '../../options/options.js';
import { paintStatus, stepLine } from '../../watch/step-lines.js';
import { progressLine } from '../../watch/progress-line.js';
import type { Terminal } from '../../terminal.js';
import { withClient } from '../../options/with-client.js';

/** `perennial status RUN`: each step's state. Ends with 1 when the run failed, 3 when nobody carries it on, 4 when it waits for a person. */
export function statusCommand(terminal: Terminal): Command {
  return withJson(withStore(withConnection(new Command('status'))))
    .description('show the state of a run and its steps')
    .argument('<run>', 'workflow id of the run')
    .addHelpText(
      'after',
      examples('perennial status flight-delay-1', "perennial status flight-delay-1 --json | jq '.steps[] | {id, status}'"),
    )
    .action(async (run: string, flags: ConnectionFlags & JsonFlag & StoreFlags) => {
      const { status, summary, progress, trouble } = await withClient(
        { ...connectionSettings(flags), store: flags.store },
        async (client) => {
          const shown = await statusOrStanding(client, connectionSettings(flags), run);
          const running = shown.status.steps.some((step) => step.status === 'running');
          return { ...shown, progress: running ? await client.progress(run) : [] };
        },
      );
      const { trigger, startedAt, finishedAt } = summary;
      if (flags.json === true)
        terminal.out(JSON.stringify({ ...status, trigger, startedAt, finishedAt, activities: progress }, null, 2));
      else {
        const { colours } = terminal;
        terminal.out(`${colours.bold(status.pipeline)}  ${run}  ${paintStatus(status.status, colours)}`);
        terminal.out(`  ${colours.dim(`trigger ${trigger ?? 'unknown'}, started ${startedAt}`)}`);
        if (status.waitingFor !== undefined) terminal.out(`  waits for ${status.waitingFor}`);
        for (const remark of status.remarks ?? []) terminal.out(`  ${colours.yellow(remark)}`);
        if (status.failure !== undefined) terminal.out(`  ${status.failure.code}: ${status.failure.message}`);
        for (const step of status.steps) terminal.out(`  ${stepLine(step, colours)}`);
        for (const entry of progress) terminal.out(`  ${progressLine(entry)}`);
      }
      if (trouble !== null) throw trouble;
      terminal.exitCode = exitCodeOfRun(status.status);
    });
}
