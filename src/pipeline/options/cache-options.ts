import type { PlanStep, StepKind } from '../../contracts/plan.js';
import type { OptionReader } from '../lint/issues.js';
import type { Duration } from '../duration.js';

/** When the result of an earlier run may be used instead of running a step. */
export interface CacheOptions {
  /**
   * Give it a new value to make all earlier results useless. With it, values from around the step's function that cannot be compared are taken
   * as they are: change it when they change.
   */
  readonly version?: string;
  /** Environment variables that the result depends on. */
  readonly environment?: readonly string[];
  /** Results older than this are not used; default: they never expire. */
  readonly expires?: Duration;
}

/** Their results depend on nothing but their key: they are cached unless told otherwise. */
const CACHED: ReadonlySet<StepKind> = new Set<StepKind>(['ingest', 'validate', 'feature', 'train', 'evaluate']);
/** May have effects beside their result: cached when asked. */
const ON_REQUEST: ReadonlySet<StepKind> = new Set<StepKind>(['step', 'command']);
const ENVIRONMENT_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** The `cache` field of a plan step: absent when the step always runs. */
export function readCache(
  kind: StepKind,
  cache: boolean | CacheOptions | undefined,
  read: OptionReader,
): Pick<PlanStep, 'cache'> {
  if (cache === undefined ? !CACHED.has(kind) : cache === false) return {};
  if (!CACHED.has(kind) && !ON_REQUEST.has(kind)) {
    read.report('cache', `a ${kind} step always runs, because it has effects or asks somebody; leave \`cache\` out`);
    return {};
  }
  const { version = null, environment = [], expires } = typeof cache === 'object' ? cache : {};
  if (version === '') read.at('version').report('cache', 'expected a text that is not empty');
  for (const [index, name] of environment.entries()) {
    if (!ENVIRONMENT_NAME.test(name))
      read.at(`environment.${index}`).report('cache', `expected the name of an environment variable, got "${name}"`);
  }
  const expiresMs = expires === undefined ? null : read.at('expires').duration(expires);
  return { cache: { version, environment: [...new Set(environment)].sort(), expiresMs } };
}
