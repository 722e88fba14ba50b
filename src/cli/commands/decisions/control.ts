import { Argument, Command } from 'commander';
import type { JsonValue } from '../../../contracts/json.js';
import { CONTROL_ACTIONS, type ControlAction, type ControlInput } from '../../../contracts/run/live-control.js';
import { PipelineError } from '../../../errors/pipeline-error.js';
import { answered } from '../../answered.js';
import { connectionSettings, decidedBy, examples, withConnection, withJson } from '../../options/options.js';
import type { ConnectionFlags, JsonFlag } from '../../options/options.js';
import type { Terminal } from '../../terminal.js';
import { withClient } from '../../options/with-client.js';

interface ControlFlags extends ConnectionFlags, JsonFlag {
  readonly by: string;
  readonly reason?: string;
}

/** `perennial control RUN STEP ACTION`: an order to a running step. */
export function controlCommand(terminal: Terminal): Command {
  return withJson(withConnection(new Command('control')))
    .description(
      'order a running step that declares `live`: pause, go on, checkpoint now, stop early, or change a live parameter',
    )
    .argument('<run>', 'workflow id of the run')
    .argument('<step>', 'the running step, e.g. train or train[3]')
    .addArgument(new Argument('<action>', 'what to do').choices(CONTROL_ACTIONS))
    .argument('[setting]', 'name=value, for set')
    .addOption(decidedBy())
    .option('--reason <text>', 'why, kept in the record')
    .addHelpText(
      'after',
      examples(
        'perennial control flight-delay-1 train pause --reason "the machine is needed"',
        'perennial control flight-delay-1 train set learningRate=0.05',
        'perennial control flight-delay-1 train stop',
      ),
    )
    .action(async (run: string, step: string, action: ControlAction, setting: string | undefined, flags: ControlFlags) => {
      const { by, reason } = flags;
      const input: ControlInput = {
        step,
        action,
        by,
        ...(reason === undefined ? {} : { reason }),
        ...settingOf(action, setting),
      };
      const status = await withClient(connectionSettings(flags), (client) =>
        answered(connectionSettings(flags), run, client.control(run, input)),
      );
      terminal.out(
        flags.json === true
          ? JSON.stringify(status, null, 2)
          : `Told step ${step} of ${run}: ${action}${setting === undefined ? '' : ` ${setting}`}. It hears of it within 2 seconds.`,
      );
    });
}

function settingOf(action: ControlAction, setting: string | undefined): Pick<ControlInput, 'name' | 'value'> {
  if (action !== 'set' && setting === undefined) return {};
  const split = setting?.indexOf('=') ?? -1;
  if (action === 'set' && setting !== undefined && split > 0)
    return { name: setting.slice(0, split), value: valueOf(setting.slice(split + 1)) };
  throw new PipelineError('CLI_USAGE', {
    what: action === 'set' ? 'set needs the parameter and its value' : `${action} takes no setting`,
    where: 'perennial control',
    expected: action === 'set' ? 'set name=value' : action,
    received: `${action} ${setting ?? ''}`.trim(),
  });
}

/** JSON when it reads as such, else the text itself. */
function valueOf(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return text;
  }
}
