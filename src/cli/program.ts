import { createRequire } from 'node:module';
import { Command, CommanderError } from 'commander';
import { PipelineError } from '../errors/pipeline-error.js';
import { applySettings } from './options/apply-settings.js';
import { artifactsCommand } from './commands/models/artifacts.js';
import { approveCommand, cancelCommand, rejectCommand, resumeCommand } from './commands/decisions/decide.js';
import { backfillCommand } from './commands/starts/backfill.js';
import { completionCommand } from './commands/machine/completion.js';
import { configCommand } from './commands/machine/config.js';
import { diffCommand } from './commands/repair/diff.js';
import { deployCommand } from './commands/automation/deploy.js';
import { controlCommand } from './commands/decisions/control.js';
import { devCommand } from './commands/servers/dev.js';
import { doctorCommand } from './commands/machine/doctor.js';
import { gcCommand } from './commands/models/gc.js';
import { approvalsCommand } from './commands/decisions/approvals.js';
import { graphCommand } from './commands/watching/graph.js';
import { logsCommand } from './commands/watching/logs.js';
import { modelsCommand } from './commands/models/models.js';
import { monitorCommand } from './commands/models/monitor.js';
import { notifyCommand } from './commands/automation/notify.js';
import { recoverCommand } from './commands/repair/recover.js';
import { reproduceCommand } from './commands/repair/reproduce.js';
import { resetCommand } from './commands/repair/reset.js';
import { whyRerunCommand } from './commands/repair/why-rerun.js';
import { planCommand } from './commands/starts/plan.js';
import { poolsCommand } from './commands/servers/pools.js';
import { runCommand } from './commands/starts/run.js';
import { runsCommand } from './commands/watching/runs.js';
import { schedulesCommand } from './commands/automation/schedules.js';
import { serveCommand } from './commands/servers/serve.js';
import { setupCommand } from './commands/machine/setup.js';
import { signalCommand } from './commands/models/signal.js';
import { statusCommand } from './commands/watching/status.js';
import { triggersCommand } from './commands/automation/triggers.js';
import { watchCommand } from './commands/watching/watch.js';
import { workerCommand } from './commands/servers/worker.js';
import { COMPLETE_WORD } from './completion/completion-scripts.js';
import { EXIT, exitCodeOfError } from './exit-codes.js';
import { examples } from './options/options.js';
import { errorAsJson, renderError } from './render/render-error.js';
import type { Terminal } from './terminal.js';
import { toPipelineError } from './to-pipeline-error.js';
import { declareParameterFlags } from './options/with-parameters.js';

/** The commands as `--help` groups them: in the order in which somebody who begins needs them. */
const GROUPS = {
  'Servers and workers': [devCommand, workerCommand, serveCommand, poolsCommand],
  'Start runs': [planCommand, runCommand, backfillCommand],
  'Watch runs': [runsCommand, statusCommand, watchCommand, graphCommand, logsCommand],
  'Decide and steer': [approvalsCommand, approveCommand, rejectCommand, resumeCommand, controlCommand, cancelCommand],
  'Repair and compare': [recoverCommand, resetCommand, reproduceCommand, whyRerunCommand, diffCommand],
  'Models and data': [modelsCommand, artifactsCommand, monitorCommand, signalCommand, gcCommand],
  'Run by itself': [deployCommand, schedulesCommand, triggersCommand, notifyCommand],
  'This machine': [doctorCommand, setupCommand, configCommand, completionCommand],
} as const;

/** The whole command tree, writing to this terminal. */
export function createProgram(terminal: Terminal): Command {
  const program = new Command('perennial')
    .description('The whole life of a model on Temporal: ingest, validate, feature, train, evaluate, deploy, monitor, retrain.')
    .version(packageVersion(), '-V, --version')
    .addHelpText(
      'after',
      examples(
        'perennial dev --pipeline pipeline.ts',
        "perennial run pipeline.ts --params '{...}' --follow",
        'perennial watch RUN',
      ),
    )
    .commandsGroup('This machine:')
    .helpCommand(true)
    .showHelpAfterError(false)
    .hook('preAction', (_program, command) => applySettings(command, terminal));
  for (const [title, commands] of Object.entries(GROUPS)) {
    for (const create of commands) program.addCommand(create(terminal).helpGroup(`${title}:`));
  }
  for (const command of everyCommand(program)) {
    command.exitOverride().configureOutput({
      writeOut: (text) => {
        terminal.out(text.trimEnd());
      },
      // Usage errors are thrown by exitOverride and shown in the one form of errors.
      writeErr: () => undefined,
    });
  }
  return program;
}

/** Runs one command line (without `node` and the script) and returns the exit code. Never throws. */
export async function runCli(argv: readonly string[], terminal: Terminal): Promise<number> {
  const program = createProgram(terminal);
  try {
    if (argv.length === 0) {
      program.outputHelp();
      return EXIT.usage;
    }
    if (argv[0] === COMPLETE_WORD) {
      const { complete } = await import('./completion/complete.js');
      for (const candidate of await complete(program, argv.slice(1))) terminal.out(candidate);
      return EXIT.ok;
    }
    await declareParameterFlags(program, argv);
    await program.parseAsync(argv, { from: 'user' });
    return terminal.exitCode;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return EXIT.ok;
      if (error.code === 'commander.help') return EXIT.usage;
    }
    const shown = error instanceof CommanderError ? usageError(error, argv, program) : await toPipelineError(error);
    const debug = (terminal.env['PERENNIAL_DEBUG'] ?? '') !== '';
    terminal.note(argv.includes('--json') ? JSON.stringify(errorAsJson(shown)) : renderError(shown, terminal.colours, debug));
    return exitCodeOfError(shown);
  }
}

function usageError(error: CommanderError, argv: readonly string[], program: Command): PipelineError {
  const what = error.message.replace(/^error: /, '').replace(/\n/g, ' ');
  const valid = error.code === 'commander.unknownOption' ? optionsOf(program, argv) : [];
  return new PipelineError('CLI_USAGE', {
    what,
    where: `perennial ${argv.join(' ')}`,
    ...(valid.length === 0 ? {} : { expected: valid.join(', ') }),
  });
}

/** Every option of the command that the words name, those of a pipeline's parameters too. */
function optionsOf(program: Command, argv: readonly string[]): readonly string[] {
  let command = program;
  for (const word of argv) {
    const next = command.commands.find((candidate) => candidate.name() === word);
    if (next === undefined) break;
    command = next;
  }
  return command.options.flatMap(({ long }) => (typeof long === 'string' ? [long] : []));
}

function everyCommand(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(everyCommand)];
}

function packageVersion(): string {
  const manifest = createRequire(import.meta.url)('../../../package.json') as { readonly version: string };
  return manifest.version;
}
