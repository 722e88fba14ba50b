import path from 'node:path';
import { DEFAULT_TASK_QUEUE } from '../contracts/plan/pools.js';
import { PipelineError } from '../errors/pipeline-error.js';
import { schemeOf, type StoreSetting } from '../store/store-setting.js';
import type { PerennialConfig, Profile } from './config.js';

/** Settings of a command that a profile can give; the names are those of its options. */
export const SETTING_NAMES = ['address', 'namespace', 'store', 'taskQueue'] as const;
export type SettingName = (typeof SETTING_NAMES)[number];

/** Environment variable of each setting. */
export const SETTING_VARIABLES: Readonly<Record<SettingName, string>> = {
  address: 'TEMPORAL_ADDRESS',
  namespace: 'TEMPORAL_NAMESPACE',
  store: 'PERENNIAL_STORE',
  taskQueue: 'PERENNIAL_TASK_QUEUE',
};

export const PROFILE_VARIABLE = 'PERENNIAL_PROFILE';

export const SETTING_DEFAULTS: Readonly<Record<SettingName, string>> = {
  address: '127.0.0.1:7233',
  namespace: 'default',
  store: '.perennial/store',
  taskQueue: DEFAULT_TASK_QUEUE,
};

export type SettingSource = 'flag' | 'environment' | 'profile' | 'default';
export type Setting<Value = string> = { readonly value: Value; readonly source: SettingSource };

/** A configuration file that was found and checked. */
export interface LoadedConfig {
  readonly file: string;
  readonly config: PerennialConfig;
}

type Environment = Readonly<Record<string, string | undefined>>;

export interface ChosenProfile {
  /** Null: no configuration file, or it was not asked for. */
  readonly name: string | null;
  readonly source: SettingSource | null;
  /** Paths are absolute. */
  readonly profile: Profile;
}

/**
 * The profile in force: of the flag, of `PERENNIAL_PROFILE`, or the file's default.
 * @throws PipelineError `CONFIG_UNKNOWN_PROFILE` listing the profiles there are.
 */
export function chooseProfile(loaded: LoadedConfig | null, flag: string | undefined, env: Environment): ChosenProfile {
  const variable = present(env[PROFILE_VARIABLE]);
  const asked = flag ?? variable;
  const names = loaded === null ? [] : Object.keys(loaded.config.profiles);
  if (asked !== undefined && !names.includes(asked)) {
    throw new PipelineError('CONFIG_UNKNOWN_PROFILE', {
      what: loaded === null ? `profile "${asked}" was asked for and there is no perennial.config.ts` : `no profile "${asked}"`,
      where: flag === undefined ? PROFILE_VARIABLE : '--profile',
      ...(loaded === null ? {} : { expected: `one of ${names.join(', ')}, as ${loaded.file} has them` }),
      details: { profiles: names },
    });
  }
  if (loaded === null) return { name: null, source: null, profile: {} };
  const [first] = names;
  const name = asked ?? loaded.config.defaultProfile ?? (names.length === 1 ? first : 'dev') ?? 'dev';
  const source = flag !== undefined ? 'flag' : variable !== undefined ? 'environment' : 'default';
  return { name, source, profile: withAbsolutePaths(loaded.config.profiles[name] ?? {}, path.dirname(loaded.file)) };
}

/** One setting by precedence: flag, environment, profile, default. An empty variable counts as unset. */
export function settle(name: SettingName, flag: string | undefined, env: Environment, profile: Profile): Setting<StoreSetting> {
  if (flag !== undefined) return { value: flag, source: 'flag' };
  const variable = present(env[SETTING_VARIABLES[name]]);
  if (variable !== undefined) return { value: variable, source: 'environment' };
  const own = profile[name];
  if (own !== undefined) return { value: own, source: 'profile' };
  return { value: SETTING_DEFAULTS[name], source: 'default' };
}

const present = (text: string | undefined): string | undefined => (text === undefined || text === '' ? undefined : text);

function withAbsolutePaths(profile: Profile, folder: string): Profile {
  const { store, pipelines } = profile;
  return {
    ...profile,
    ...(typeof store !== 'string' || schemeOf(store) !== null ? {} : { store: path.resolve(folder, store) }),
    ...(pipelines === undefined ? {} : { pipelines: pipelines.map((file) => path.resolve(folder, file)) }),
  };
}
