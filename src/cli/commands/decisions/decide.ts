import { Command, Option } from 'commander';
import type { JsonValue } from '../../../contracts/json.js';
import type { RunStatus } from '../../../contracts/run.js';
import { PipelineError } from '../../../errors/pipeline-error.js';
import type { PipelineClient } from '../../../client/index.js';
import { answered } from '../../answered.js';
import { stuckError } from '../../watch/stand-in-status.js';
import { approvalLines } from '../../watch/approval-lines.js';
import { connectionSettings, decidedBy, examples, withConnection, withJson } from '../../options/options.js';
import type { ConnectionFlags, JsonFlag } from '../../options/options.js';
import { paintStatus, stepLine } from '../../watch/step-lines.js';
import type { Terminal } from '../../terminal.js';
import { withClient } from '../../options/with-client.js';

interface DecisionFlags extends ConnectionFlags, JsonFlag {
  readonly step: string;
  readonly by: string;
  readonly reason?: string;
}

/** `perennial approve RUN --step STEP`. */
export function approveCommand(terminal: Terminal): Command {
  return withJson(withConnection(new Command('approve')))
    .description('approve what a run waits for, and say what is still missing')
    .argument('<run>', 'workflow id of the run')
    .requiredOption('--step <id>', 'the approval, inside a body with its instance: review[3]')
    .addOption(decidedBy())
    .option('--reason <text>', 'why, kept in the record')
    .addHelpText('after', examples('perennial approve flight-delay-1 --step release --reason "looks good"'))
    .action(async (run: string, flags: DecisionFlags) => {
      const input = { step: flags.step, by: flags.by, ...(flags.reason === undefined ? {} : { reason: flags.reason }) };
      report(
        terminal,
        flags,
        flags.step,
        await withClient(connectionSettings(flags), (client) =>
          answered(connectionSettings(flags), run, client.approve(run, input)),
        ),
      );
    });
}

/** `perennial reject RUN --step STEP --reason TEXT`. */
export function rejectCommand(terminal: Terminal): Command {
  return withJson(withConnection(new Command('reject')))
    .description('reject what a run waits for; the step fails')
    .argument('<run>', 'workflow id of the run')
    .requiredOption('--step <id>', 'the approval')
    .addOption(decidedBy())
    .requiredOption('--reason <text>', 'why, kept in the record')
    .addHelpText('after', examples('perennial reject flight-delay-1 --step release --reason "too slow on old data"'))
    .action(async (run: string, flags: DecisionFlags & { readonly reason: string }) => {
      const input = { step: flags.step, by: flags.by, reason: flags.reason };
      report(
        terminal,
        flags,
        flags.step,
        await withClient(connectionSettings(flags), (client) =>
          answered(connectionSettings(flags), run, client.reject(run, input)),
        ),
      );
    });
}

interface ResumeFlags extends DecisionFlags {
  readonly action: 'retry' | 'skip' | 'use';
  readonly result?: string;
}

/** `perennial resume RUN --step STEP --action retry|skip|use`. */
export function resumeCommand(terminal: Terminal): Command {
  return withJson(withConnection(new Command('resume')))
    .description('let a blocked step go on: run it again, skip it, or give its result')
    .argument('<run>', 'workflow id of the run')
    .requiredOption('--step <id>', 'the blocked step')
    .addOption(new Option('--action <what>', 'what to do').choices(['retry', 'skip', 'use']).default('retry'))
    .option('--result <json>', "the step's result, for --action use")
    .addOption(decidedBy())
    .addHelpText(
      'after',
      examples(
        'perennial resume flight-delay-1 --step validate',
        'perennial resume flight-delay-1 --step report --action skip',
        `perennial resume flight-delay-1 --step count --action use --result '{"rows":3}'`,
      ),
    )
    .action(async (run: string, flags: ResumeFlags) => {
      if ((flags.action === 'use') !== (flags.result !== undefined)) {
        throw new PipelineError('CLI_USAGE', {
          what: '--result goes with --action use, and only with it',
          where: 'perennial resume',
        });
      }
      const result = flags.result === undefined ? {} : { result: parseResult(flags.result) };
      const input = { step: flags.step, action: flags.action, by: flags.by, ...result };
      report(
        terminal,
        flags,
        flags.step,
        await withClient(connectionSettings(flags), (client) =>
          answered(connectionSettings(flags), run, client.resume(run, input)),
        ),
      );
    });
}

/** `perennial cancel RUN`. */
export function cancelCommand(terminal: Terminal): Command {
  return withJson(withConnection(new Command('cancel')))
    .description('ask a run to stop; its running steps checkpoint and clean up first')
    .argument('<run>', 'workflow id of the run')
    .option('--force', 'end it at once instead, without its clean-up: for a run that cannot hear any more')
    .addOption(decidedBy())
    .addHelpText('after', examples('perennial cancel flight-delay-1', 'perennial cancel flight-delay-1 --force'))
    .action(async (run: string, flags: ConnectionFlags & JsonFlag & { readonly force?: boolean; readonly by: string }) => {
      const force = flags.force === true;
      await withClient(connectionSettings(flags), async (client) => {
        if (force) await client.terminate(run, `perennial cancel --force by ${flags.by}`);
        else await cancelHeard(client, run);
      });
      const done = force ? `Ended ${run}.` : `Asked ${run} to stop.`;
      terminal.out(flags.json === true ? JSON.stringify({ run, requested: force ? 'terminate' : 'cancel' }) : done);
    });
}

/** @throws PipelineError `EXECUTION_WORKFLOW_STUCK` when the run cannot hear it. */
async function cancelHeard(client: PipelineClient, run: string): Promise<void> {
  await client.cancel(run);
  const { stuck } = await client.standing(run);
  if (stuck !== null) throw stuckError(run, stuck);
}

function parseResult(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    throw new PipelineError('CLI_USAGE', { what: '--result is not JSON', expected: 'a JSON value', received: text });
  }
}

function report(terminal: Terminal, flags: JsonFlag, step: string, status: RunStatus): void {
  if (flags.json === true) {
    terminal.out(JSON.stringify(status, null, 2));
    return;
  }
  const gate = status.gates?.find((open) => open.step === step);
  if (gate?.state === 'open') for (const line of approvalLines(gate)) terminal.out(line);
  const state = status.steps.find(({ id }) => id === step);
  if (state !== undefined) terminal.out(stepLine(state, terminal.colours));
  terminal.out(`run is ${paintStatus(status.status, terminal.colours)}`);
}
