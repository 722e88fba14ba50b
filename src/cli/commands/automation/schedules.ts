import Table from 'cli-table3';
import { Command, Option } from 'commander';
import type { ScheduleHandle } from '@temporalio/client';
import { OVERLAP_POLICIES } from '../../../contracts/plan/schedule.js';
import type { OverlapPolicy } from '../../../contracts/plan/schedule.js';
import { decidedBy, examples, withConnection, withJson, withTaskQueue } from '../../options/options.js';
import type { ConnectionFlags, JsonFlag, QueueFlags } from '../../options/options.js';
import type { Terminal } from '../../terminal.js';
import { withTarget } from '../../options/with-target.js';

type Flags = ConnectionFlags & JsonFlag & QueueFlags;

/** `perennial schedules`: what `perennial deploy` has put into Temporal, and steering it. */
export function schedulesCommand(terminal: Terminal): Command {
  return new Command('schedules')
    .description('list, pause, resume, trigger and delete schedules')
    .addCommand(listCommand(terminal))
    .addCommand(
      steer(terminal, 'pause', 'no more starts until it is resumed', 'Paused', async (handle, { by, reason }) =>
        handle.pause(`paused by ${by}${reason === undefined ? '' : `: ${reason}`}`),
      )
        .addOption(decidedBy())
        .option('--reason <text>', 'why, kept as the note of the schedule'),
    )
    .addCommand(
      steer(terminal, 'resume', 'let a paused schedule go on', 'Resumed', async (handle, { by }) =>
        handle.unpause(`resumed by ${by}`),
      ).addOption(decidedBy()),
    )
    .addCommand(
      steer(
        terminal,
        'trigger',
        'start a run now, with the parameters of the schedule',
        'Triggered',
        async (handle, { overlap }) => {
          const { temporalOverlap } = await import('../../../deploy/overlap.js');
          await handle.trigger(overlap === undefined ? undefined : temporalOverlap(overlap));
        },
      ).addOption(
        new Option('--overlap <policy>', 'what to do when a run is under way (default: as the schedule has it)').choices(
          OVERLAP_POLICIES,
        ),
      ),
    )
    .addCommand(
      steer(terminal, 'delete', 'remove a schedule; runs that it started go on', 'Deleted', async (handle) => handle.delete()),
    );
}

interface SteerFlags extends Flags {
  readonly by: string;
  readonly reason?: string;
  readonly overlap?: OverlapPolicy;
}

function steer(
  terminal: Terminal,
  name: string,
  description: string,
  done: string,
  work: (handle: ScheduleHandle, flags: SteerFlags) => Promise<void>,
): Command {
  return withJson(withTaskQueue(withConnection(new Command(name))))
    .description(description)
    .argument('<schedule>', 'id of the schedule: <pipeline>/<name>')
    .addHelpText('after', examples(`perennial schedules ${name} flight-delay/nightly`))
    .action(async (id: string, flags: SteerFlags) => {
      await withTarget(flags, async (target) => {
        const { withSchedule } = await import('../../../deploy/index.js');
        await withSchedule(target, id, (handle) => work(handle, flags));
      });
      terminal.out(flags.json === true ? JSON.stringify({ schedule: id, done: name }) : `${done}: ${id}.`);
      if (name === 'trigger' && flags.json !== true) terminal.out('  perennial runs');
    });
}

function listCommand(terminal: Terminal): Command {
  return withJson(withTaskQueue(withConnection(new Command('list'))))
    .description('our schedules: when, the next and the last run, paused or not')
    .option('--all', 'also schedules that somebody else made')
    .addHelpText('after', examples('perennial schedules list', 'perennial schedules list --all --json'))
    .action(async (flags: Flags & { readonly all?: boolean }) => {
      const { listSchedules } = await import('../../../deploy/index.js');
      const schedules = await withTarget(flags, (target) => listSchedules(target, flags.all === true));
      if (flags.json === true) terminal.out(JSON.stringify(schedules, null, 2));
      else if (schedules.length === 0) terminal.out('No schedules. Declare them in a pipeline file: perennial deploy FILE');
      else {
        const table = new Table({
          head: ['schedule', 'when', 'time zone', 'next', 'last run', 'running', 'state'],
          style: { head: [], border: [], compact: true },
        });
        for (const { id, when, timezone, next, last, running, paused, note } of schedules) {
          const state = paused ? `paused${note === null ? '' : ` (${note})`}` : 'active';
          table.push([id, when, timezone, next?.slice(0, 19) ?? '', last?.workflowId ?? '', running.length, state]);
        }
        terminal.out(table.toString());
      }
    });
}
