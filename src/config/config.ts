import { checkCall } from '../errors/check-call.js';
import { aText, anObject, optional, optionsOf, recordOf } from '../errors/kinds.js';
import type { Pools } from '../contracts/plan/pools.js';
import type { Duration } from '../pipeline/duration.js';
import type { StoreSetting } from '../store/store-setting.js';
import type { SecretProvider } from '../secrets/provider.js';

/** One environment: where Temporal and the store are, and what its workers offer. Every field may be left out. */
export interface Profile {
  /** `host:port` of Temporal. TLS and API keys stay in Temporal's own settings. */
  readonly address?: string;
  readonly namespace?: string;
  /**
   * `s3://bucket/prefix`, `file:///...`, a folder, relative to the configuration file, an address of a kind that this file or one of its imports
   * defines, or a store that is open.
   */
  readonly store?: StoreSetting;
  readonly taskQueue?: string;
  /** Pools of workers by name. */
  readonly pools?: Pools;
  /** Where secrets come from. */
  readonly secrets?: SecretProvider;
  /** How `perennial gc` cleans the store. */
  readonly cleaning?: Cleaning;
  /** Pipeline files of `perennial worker`, `dev` and `deploy`, relative to the configuration file. */
  readonly pipelines?: readonly string[];
}

/** Lengths of time in words, such as `'30 days'`. */
export interface Cleaning {
  /** What is younger is left alone, whatever it is. Default 24 hours. */
  readonly olderThan?: Duration;
  /** How long records of runs and results in the cache that nobody uses stay. Default 90 days. */
  readonly keepRuns?: Duration;
}

/** The profiles of a project, by name. */
export interface PerennialConfig<Name extends string = string> {
  readonly profiles: Readonly<Record<Name, Profile>>;
  /** Default: the only profile, or the one called `dev`. */
  readonly defaultProfile?: NoInfer<Name>;
}

/**
 * The settings of a project, in `perennial.config.ts`: `export default defineConfig({ profiles: { dev: { ... }, production: { ... } } })`.
 * Checked when a command reads it, all problems at once (`CONFIG_INVALID`).
 */
export function defineConfig<const Name extends string>(config: PerennialConfig<Name>): PerennialConfig<Name> {
  checkCall('defineConfig', { config }, { config: optionsOf({ profiles: recordOf(anObject), defaultProfile: optional(aText) }) });
  return Object.freeze(config);
}
