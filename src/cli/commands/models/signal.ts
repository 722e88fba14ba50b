import { randomUUID } from 'node:crypto';
import { Command, Option } from 'commander';
import type { TrainingSignal } from '../../../contracts/entities/continuous-training.js';
import { connectionSettings, examples, withConnection, withJson, withTaskQueue } from '../../options/options.js';
import type { ConnectionFlags, JsonFlag, QueueFlags } from '../../options/options.js';
import { parseNumber, parseTime } from '../../options/value-options.js';
import type { Terminal } from '../../terminal.js';
import { withClient } from '../../options/with-client.js';

interface SignalFlags extends ConnectionFlags, JsonFlag, QueueFlags {
  readonly id: string;
  readonly at: string;
}

interface DriftFlags extends SignalFlags {
  readonly column?: string;
  readonly score?: number;
  readonly threshold?: number;
}

/** `perennial signal drift|new-data MODEL`: tells a model's continuous training that something happened. */
export function signalCommand(terminal: Terminal): Command {
  const drift = signalled(new Command('drift'))
    .description("report drift of a model's inputs or score")
    .option('--column <name>', 'what drifted')
    .option('--score <number>', 'drift score', parseNumber)
    .option('--threshold <number>', 'the limit that it crossed', parseNumber)
    .addHelpText(
      'after',
      examples('perennial signal drift flight-delay --column distance --score 0.21 --threshold 0.1 --at 2001-03-01'),
    )
    .action(async (model: string, flags: DriftFlags) => {
      const { column, score, threshold } = flags;
      await send(terminal, model, flags, {
        kind: 'drift',
        ...(column === undefined ? {} : { column }),
        ...(score === undefined ? {} : { score }),
        ...(threshold === undefined ? {} : { threshold }),
      });
    });
  const newData = signalled(new Command('new-data'))
    .description('report rows that have arrived')
    .requiredOption('--rows <count>', 'how many', parseNumber)
    .addHelpText('after', examples('perennial signal new-data flight-delay --rows 60000 --at 2001-03-01'))
    .action(async (model: string, flags: SignalFlags & { readonly rows: number }) => {
      await send(terminal, model, flags, { kind: 'new_rows', rows: flags.rows });
    });
  return new Command('signal')
    .description("tell a model's continuous training of drift or new data")
    .addCommand(drift)
    .addCommand(newData);
}

const signalled = (command: Command): Command =>
  withJson(withTaskQueue(withConnection(command)))
    .argument('<model>', 'name of the model')
    .addOption(
      new Option('--at <time>', 'end of the event time that it speaks of, ISO')
        .argParser(parseTime)
        .default(new Date().toISOString(), 'now'),
    )
    .addOption(new Option('--id <id>', 'makes a repeat harmless').default(`cli/${randomUUID()}`, 'a new one'));

async function send(
  terminal: Terminal,
  model: string,
  flags: SignalFlags,
  what: Omit<TrainingSignal, 'id' | 'at'>,
): Promise<void> {
  const signal: TrainingSignal = { ...what, id: flags.id, at: flags.at };
  await withClient({ ...connectionSettings(flags), taskQueue: flags.taskQueue }, (client) =>
    client.signalTraining(model, signal),
  );
  terminal.out(
    flags.json === true
      ? JSON.stringify({ model, signal })
      : `Told the continuous training of ${model}: ${signal.kind} at ${signal.at} (id ${signal.id}).`,
  );
}
