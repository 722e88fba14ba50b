import { isPlainObject } from '../contracts/json.js';
import { PipelineError } from '../errors/pipeline-error.js';
import { durationMs } from '../pipeline/duration.js';
import { checkKeys, kindOf, show, type Fields, type Report } from './config-fields.js';
import { checkPoolSettings } from './check-pool-settings.js';
import type { PerennialConfig } from './config.js';

const CONFIG_KEYS = ['profiles', 'defaultProfile'];
const PROFILE_KEYS = ['address', 'namespace', 'store', 'taskQueue', 'pools', 'secrets', 'cleaning', 'pipelines'];
const CLEANING_KEYS = ['olderThan', 'keepRuns'];
const TEXTS = ['address', 'namespace', 'taskQueue'];
const PROFILE_NAME = /^[a-z][a-z0-9-]{0,62}$/;
const ADDRESS = /^(\[[^\]]+\]|[^:\s/]+):\d+$/;

/**
 * What the default export of a configuration file must be.
 * @throws PipelineError `CONFIG_INVALID` with every problem in `details.problems`.
 */
export function checkConfig(value: unknown, file: string): PerennialConfig {
  const problems: { path: string; problem: string }[] = [];
  const report: Report = (path, problem) => {
    problems.push({ path, problem });
  };
  if (isPlainObject(value)) checkTop(value, report);
  else report('(all)', `expected defineConfig({ profiles: { ... } }), got ${kindOf(value)}`);
  if (problems.length === 0) return value as PerennialConfig;
  throw new PipelineError('CONFIG_INVALID', {
    what: `the configuration has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}:\n${problems
      .map(({ path, problem }) => `  - ${path}: ${problem}`)
      .join('\n')}`,
    where: file,
    details: { problems },
  });
}

function checkTop(config: Fields, report: Report): void {
  checkKeys(config, CONFIG_KEYS, '', report);
  const { profiles, defaultProfile } = config;
  if (!isPlainObject(profiles)) {
    report('profiles', `expected an object of profiles, got ${kindOf(profiles)}`);
    return;
  }
  const names = Object.keys(profiles);
  if (names.length === 0) report('profiles', 'expected at least one profile');
  for (const [name, profile] of Object.entries(profiles)) {
    const path = `profiles.${name}`;
    if (!PROFILE_NAME.test(name)) report(path, `a profile name must match ${PROFILE_NAME.source}`);
    if (isPlainObject(profile)) checkProfile(profile, path, report);
    else report(path, `expected an object, got ${kindOf(profile)}`);
  }
  if (defaultProfile !== undefined) {
    if (typeof defaultProfile !== 'string' || !names.includes(defaultProfile))
      report('defaultProfile', `expected one of ${names.join(', ')}, got ${show(defaultProfile)}`);
  } else if (names.length > 1 && !names.includes('dev')) {
    report('defaultProfile', `name the profile to use when none is asked for: one of ${names.join(', ')}`);
  }
}

function checkProfile(profile: Fields, path: string, report: Report): void {
  checkKeys(profile, PROFILE_KEYS, path, report);
  for (const key of TEXTS) {
    const value = profile[key];
    if (value !== undefined && (typeof value !== 'string' || value.trim() === ''))
      report(`${path}.${key}`, `expected a text that is not empty, got ${show(value)}`);
  }
  const { address, store, pools, secrets, cleaning, pipelines } = profile;
  if (store !== undefined && !isStore(store))
    report(`${path}.store`, `expected the address of a store or an ObjectStore, got ${show(store)}`);
  if (typeof address === 'string' && !ADDRESS.test(address))
    report(`${path}.address`, `expected host:port, got ${show(address)}`);
  if (pools !== undefined) checkPoolSettings(pools, `${path}.pools`, report);
  if (cleaning !== undefined) checkCleaning(cleaning, `${path}.cleaning`, report);
  if (secrets !== undefined && !isPlainObject(secrets)) report(`${path}.secrets`, `expected an object, got ${kindOf(secrets)}`);
  if (pipelines !== undefined && !(Array.isArray(pipelines) && pipelines.every((file) => typeof file === 'string')))
    report(`${path}.pipelines`, `expected a list of files, got ${show(pipelines)}`);
}

/** What an object store lacks is said where it is opened. */
const isStore = (store: unknown): boolean =>
  typeof store === 'string' ? store.trim() !== '' : typeof store === 'object' && store !== null && 'putIfAbsent' in store;

function checkCleaning(cleaning: unknown, path: string, report: Report): void {
  if (!isPlainObject(cleaning)) {
    report(path, `expected an object, got ${kindOf(cleaning)}`);
    return;
  }
  checkKeys(cleaning, CLEANING_KEYS, path, report);
  for (const key of CLEANING_KEYS) {
    const value = cleaning[key];
    if (value !== undefined && (typeof value !== 'string' || durationMs(value) === null))
      report(`${path}.${key}`, `expected a length of time such as '30 days', got ${show(value)}`);
  }
}
