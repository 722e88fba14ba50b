import Table from 'cli-table3';
import { Command } from 'commander';
import { PROFILE_VARIABLE, SETTING_NAMES, SETTING_VARIABLES, settle } from '../../../config/settings.js';
import type { SettingName } from '../../../config/settings.js';
import { shownStore } from '../../../store/store-setting.js';
import type { ProfileFlags } from '../../options/apply-settings.js';
import { examples, withConnection, withJson, withStore, withTaskQueue } from '../../options/options.js';
import type { JsonFlag } from '../../options/options.js';
import type { Terminal } from '../../terminal.js';

interface Row {
  readonly setting: string;
  readonly value: string | null;
  readonly from: string;
}

const HIDDEN = '(hidden)';
/** Variables whose values must not be shown. */
const SECRET_VARIABLES = ['TEMPORAL_API_KEY', 'PERENNIAL_API_KEYS', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'];

/** `perennial config`: the settings in force and where each came from. */
export function configCommand(terminal: Terminal): Command {
  return withJson(withTaskQueue(withStore(withConnection(new Command('config')))))
    .description('show the settings in force and where each came from; secrets are hidden')
    .addHelpText(
      'after',
      examples('perennial config', 'perennial config --profile production', "perennial config --json | jq '.settings'"),
    )
    .action(async (flags: ProfileFlags & JsonFlag, command: Command) => {
      const { findConfigFile } = await import('../../load/load-config.js');
      const file = findConfigFile(process.cwd());
      const rows = await settingRows(flags, command, terminal);
      if (flags.json === true) {
        terminal.out(JSON.stringify({ file, profile: flags.chosen.name, settings: rows }, null, 2));
        return;
      }
      const table = new Table({ head: ['setting', 'value', 'from'], style: { head: [], border: [], compact: true } });
      for (const { setting, value, from } of rows) table.push([setting, value ?? '', from]);
      terminal.out(`${file ?? 'No perennial.config.ts in this folder or above it.'}\n${table.toString()}`);
      if (file === null)
        terminal.out('Write one with defineConfig({ profiles: { dev: { ... } } }); docs/configuration.md shows how.');
    });
}

async function settingRows(flags: ProfileFlags, command: Command, terminal: Terminal): Promise<readonly Row[]> {
  const { name, source, profile } = flags.chosen;
  const rows: Row[] = [{ setting: 'profile', value: name, from: wordFor(source, '--profile', PROFILE_VARIABLE) }];
  for (const setting of SETTING_NAMES) rows.push(await effective(setting, flags, command, terminal));
  const { pools, secrets, pipelines } = profile;
  const fromProfile = `profile ${name ?? ''}`;
  if (pools !== undefined) rows.push({ setting: 'pools', value: Object.keys(pools).join(', '), from: fromProfile });
  if (secrets !== undefined) rows.push({ setting: 'secrets', value: HIDDEN, from: fromProfile });
  if (pipelines !== undefined) rows.push({ setting: 'pipelines', value: pipelines.join(', '), from: fromProfile });
  for (const variable of SECRET_VARIABLES) {
    if ((terminal.env[variable] ?? '') !== '') rows.push({ setting: variable, value: HIDDEN, from: 'environment' });
  }
  return rows;
}

async function effective(setting: SettingName, flags: ProfileFlags, command: Command, terminal: Terminal): Promise<Row> {
  const given = command.getOptionValueSource(setting) === 'cli' ? String(command.getOptionValue(setting)) : undefined;
  const { value, source } = settle(setting, given, terminal.env, flags.chosen.profile);
  const from =
    source === 'profile'
      ? `profile ${flags.chosen.name ?? ''}`
      : wordFor(source, `--${setting === 'taskQueue' ? 'task-queue' : setting}`, SETTING_VARIABLES[setting]);
  if (source !== 'default' || (setting !== 'address' && setting !== 'namespace'))
    return { setting, value: withoutPassword(shownStore(value)), from };
  const { connectionOptions } = await import('../../../temporal/connection.js');
  const own = connectionOptions()[setting];
  return { setting, value: own, from: own === value ? from : "Temporal's own configuration" };
}

function wordFor(source: string | null, flag: string, variable: string): string {
  if (source === 'flag') return flag;
  return source === 'environment' ? variable : (source ?? 'no perennial.config.ts');
}

/** An address may carry a name and a password. */
const withoutPassword = (address: string): string => address.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/@]+@/i, `$1${HIDDEN}@`);
