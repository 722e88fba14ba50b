import { Argument, Command } from 'commander';
import { COMPLETION_SCRIPTS } from '../../completion/completion-scripts.js';
import { examples, withJson } from '../../options/options.js';
import type { JsonFlag } from '../../options/options.js';
import type { Terminal } from '../../terminal.js';

type Shell = keyof typeof COMPLETION_SCRIPTS;

/** `perennial completion SHELL`: a script that the shell reads once. */
export function completionCommand(terminal: Terminal): Command {
  return withJson(new Command('completion'))
    .description('print the script that completes commands, flags, parameters of pipeline files and run ids in your shell')
    .addArgument(new Argument('<shell>', 'your shell').choices(Object.keys(COMPLETION_SCRIPTS)))
    .addHelpText(
      'after',
      examples(
        'perennial completion bash >> ~/.bashrc',
        'perennial completion zsh > "${fpath[1]}/_perennial"',
        'perennial completion fish > ~/.config/fish/completions/perennial.fish',
      ),
    )
    .action((shell: Shell, flags: JsonFlag) => {
      const script = COMPLETION_SCRIPTS[shell];
      terminal.out(flags.json === true ? JSON.stringify({ shell, script }) : script.trimEnd());
    });
}
