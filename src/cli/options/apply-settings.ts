import type { Command } from 'commander';
import { SETTING_NAMES, chooseProfile, settle } from '../../config/settings.js';
import type { ChosenProfile } from '../../config/settings.js';
import { PipelineError } from '../../errors/pipeline-error.js';
import type { PipelineWorkerOptions } from '../../worker/index.js';
import type { Terminal } from '../terminal.js';

/** What the profile in force gives beside the options: set on every command that takes `--profile`. */
export interface ProfileFlags {
  readonly profile?: string;
  readonly chosen: ChosenProfile;
}

/**
 * Before a command acts: fills in those of its options that neither a flag nor the environment has set, from the profile in force. Without
 * a profile the options keep their defaults, and Temporal's own settings count for the connection.
 * @throws PipelineError `CONFIG_INVALID`, `CONFIG_UNKNOWN_PROFILE`.
 */
export async function applySettings(command: Command, terminal: Terminal): Promise<void> {
  const known = new Set(command.options.map((option) => option.attributeName()));
  if (!known.has('profile')) return;
  const { loadConfig } = await import('../load/load-config.js');
  const flags: { readonly profile?: string } = command.opts();
  const chosen = chooseProfile(await loadConfig(process.cwd()), flags.profile, terminal.env);
  command.setOptionValueWithSource('chosen', chosen, 'profile');
  for (const name of SETTING_NAMES) {
    if (!known.has(name) || ['cli', 'env'].includes(command.getOptionValueSource(name) ?? '')) continue;
    const { value, source } = settle(name, undefined, terminal.env, chosen.profile);
    if (source === 'profile') command.setOptionValueWithSource(name, value, source);
  }
}

/** What the profile in force says of every worker. */
export function workerSettings({ chosen }: ProfileFlags): Pick<PipelineWorkerOptions, 'pools' | 'secrets'> {
  const { pools, secrets } = chosen.profile;
  return { ...(pools === undefined ? {} : { pools }), ...(secrets === undefined ? {} : { secrets }) };
}

/** Of commands with `--no-reload`: an edited file counts, and that is said on standard error. */
export function reloadSettings(
  { reload }: { readonly reload: boolean },
  terminal: Terminal,
): Pick<PipelineWorkerOptions, 'reload'> {
  if (!reload) return {};
  return {
    reload: (news) => {
      terminal.note(news);
    },
  };
}

/**
 * The files named on the command line, else those of the profile.
 * @throws PipelineError `CLI_USAGE` when there are none.
 */
export function filesOf(files: readonly string[], flags: ProfileFlags, command: string): readonly string[] {
  const { name, profile } = flags.chosen;
  const chosen = files.length > 0 ? files : (profile.pipelines ?? []);
  if (chosen.length > 0) return chosen;
  throw new PipelineError('CLI_USAGE', {
    what: 'no pipeline file was named',
    where: command,
    expected: `${command} FILE${name === null ? '' : `, or \`pipelines\` in the profile ${name}`}`,
  });
}
