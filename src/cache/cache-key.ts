import type { CacheComponents } from '../contracts/store/cache.js';
import type { JsonObject } from '../contracts/json.js';
import type { StepTask } from '../contracts/run.js';
import { canonicalJson } from '../store/json/canonical-json.js';
import { sha256Hex } from '../store/hash.js';
import { contentHashOf } from './content-of.js';
import type { StepCode } from './code/shared-code.js';

/** Changes when the format of keys changes. */
const KEY_FORMAT = 1;

/** Their code can read parameters of the run beside those in their configuration. */
const READS_PARAMETERS: ReadonlySet<string> = new Set(['step', 'command']);

export interface KeySources {
  readonly code: StepCode;
  readonly seed: number;
  readonly reads: JsonObject;
  readonly environment: { readonly [name: string]: string | undefined };
  /** Names of the parameters that the code can read; null: any. */
  readonly parametersRead?: readonly string[] | null;
}

/** Everything that the result of a task depends on. */
export function componentsOf(
  task: StepTask,
  { code, seed, reads, environment, parametersRead = null }: KeySources,
): CacheComponents {
  const { version = null, environment: declared = [] } = task.cache ?? {};
  return {
    kind: task.kind,
    operation: task.operation,
    code,
    config: task.config,
    parameters: parametersRead === null ? task.parameters : membersOf(task.parameters, parametersRead),
    inputs: Object.fromEntries(Object.entries(task.inputs).map(([name, value]) => [name, contentHashOf(value)])),
    arguments: task.arguments,
    environment: Object.fromEntries(declared.map((name) => [name, hashOrNull(environment[name])])),
    version,
    seed,
    reads,
  };
}

/** SHA-256, hex. The order of keys does not count, at any depth. */
export function cacheKey({ parameters, ...components }: CacheComponents): string {
  const keyed = READS_PARAMETERS.has(components.kind) ? { ...components, parameters } : components;
  return sha256Hex(canonicalJson({ format: KEY_FORMAT, ...keyed }));
}

function membersOf(parameters: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(parameters).filter(([name]) => names.includes(name)));
}

const hashOrNull = (value: string | undefined): string | null => (value === undefined ? null : sha256Hex(value));
