import type { EndpointConfig, ReplicaStatus } from '../contracts/model.js';
import { isPipelineError, PipelineError } from '../errors/pipeline-error.js';
import { canonicalJson } from '../store/json/canonical-json.js';
import { getIfThere, parseRecord, putIfFree, recordBytes } from '../store/json/json-record.js';
import type { ObjectStore } from '../store/port.js';
import { padded } from '../store/log/padded.js';
import { checkName } from './names.js';

export type EndpointDraft = Omit<EndpointConfig, 'revision' | 'updatedAt'>;

/** Endpoint configurations and the replicas that serve them, under `endpoints/<endpoint>/`. */
export interface Endpoints {
  read(endpoint: string): Promise<{ readonly config: EndpointConfig; readonly etag: string } | null>;
  /**
   * Moves an endpoint from `expectedRevision` (null: it does not exist yet) to the next. REGISTRY_RACE_LOST when it is at another revision;
   * REGISTRY_WEIGHTS_INVALID unless the weights sum to 100 (or there is no variant: the endpoint serves nothing). The same draft written again by the same workflow id for the same revision is the same move.
   */
  write(next: EndpointDraft, expectedRevision: number | null): Promise<EndpointConfig>;
  /** Every endpoint's configuration, by name. */
  list(): Promise<readonly EndpointConfig[]>;
  /** Every revision, oldest first. */
  log(endpoint: string): Promise<readonly EndpointConfig[]>;
  /**
   * What every replica reported last, by name, also those that are gone. Whether one lives is for who looks twice: their clocks may be off.
   * @param unreadable - told of a record that cannot be read, which is then left out; absent: the error is thrown.
   */
  replicas(endpoint: string, unreadable?: (replica: string, error: PipelineError) => void): Promise<readonly SeenReplica[]>;
  reportReplica(status: ReplicaStatus): Promise<void>;
  removeReplica(endpoint: string, replica: string): Promise<void>;
}

/** `etag` changes with every report. */
export type SeenReplica = ReplicaStatus & { readonly etag: string };

/** Records of replicas that are read at once. */
const PARALLEL_READS = 16;
const CONFIG_MEMBERS = ['endpoint', 'model', 'revision', 'variants', 'previous', 'updatedAt', 'reason', 'workflowId'] as const;
const REPLICA_MEMBERS = ['replica', 'endpoint', 'url', 'seenAt', 'revision', 'variants'] as const;
const WHOLE = 100;
const ROUNDING = 1e-6;

const configKey = (endpoint: string): string => `endpoints/${endpoint}/config.json`;
const logPrefix = (endpoint: string): string => `endpoints/${endpoint}/log/`;
const logKey = (endpoint: string, revision: number): string => `${logPrefix(endpoint)}${padded(revision)}.json`;
const replicaPrefix = (endpoint: string): string => `endpoints/${endpoint}/replicas/`;
const replicaKey = (endpoint: string, replica: string): string => `${replicaPrefix(endpoint)}${replica}.json`;

export function createEndpoints(objects: ObjectStore): Endpoints {
  return new StoredEndpoints(objects);
}

/** A move happens when its revision is taken in the log by put-if-absent; `config.json` follows by compare-and-swap, never backwards. */
class StoredEndpoints implements Endpoints {
  readonly #objects: ObjectStore;

  constructor(objects: ObjectStore) {
    this.#objects = objects;
  }

  async read(endpoint: string): Promise<{ readonly config: EndpointConfig; readonly etag: string } | null> {
    checkName('endpoint', endpoint);
    const stored = await getIfThere(this.#objects, configKey(endpoint));
    return stored === null ? null : { config: readConfig(stored.bytes, configKey(endpoint)), etag: stored.etag };
  }

  async write(next: EndpointDraft, expectedRevision: number | null): Promise<EndpointConfig> {
    const { endpoint, model, variants, previous, reason, workflowId } = next;
    checkName('endpoint', endpoint);
    checkName('model', model);
    checkWeights(next);
    const revision = (expectedRevision ?? 0) + 1;
    if (expectedRevision !== null && (await this.#logged(endpoint, expectedRevision)) === null) {
      throw raceLost(endpoint, expectedRevision, (await this.log(endpoint)).at(-1) ?? null);
    }
    const updatedAt = new Date().toISOString();
    const config: EndpointConfig = { endpoint, model, revision, variants, previous, updatedAt, reason, workflowId };
    if (await putIfFree(this.#objects, logKey(endpoint, revision), recordBytes(config))) {
      await this.#follow(config);
      return config;
    }
    const [newest, taken] = [(await this.log(endpoint)).at(-1), await this.#logged(endpoint, revision)];
    if (newest !== undefined) await this.#follow(newest);
    if (taken !== null && canonicalJson({ ...taken, updatedAt }) === canonicalJson(config)) return taken;
    throw raceLost(endpoint, expectedRevision, newest ?? null);
  }

  async list(): Promise<readonly EndpointConfig[]> {
    const configs: EndpointConfig[] = [];
    for await (const { key } of this.#objects.list('endpoints/')) {
      if (/^endpoints\/[^/]+\/config\.json$/.test(key)) configs.push(readConfig((await this.#objects.get(key)).bytes, key));
    }
    return configs;
  }

  async log(endpoint: string): Promise<readonly EndpointConfig[]> {
    checkName('endpoint', endpoint);
    const revisions: EndpointConfig[] = [];
    for await (const { key } of this.#objects.list(logPrefix(endpoint))) {
      revisions.push(readConfig((await this.#objects.get(key)).bytes, key));
    }
    return revisions;
  }

  async replicas(
    endpoint: string,
    unreadable?: (replica: string, error: PipelineError) => void,
  ): Promise<readonly SeenReplica[]> {
    checkName('endpoint', endpoint);
    const keys: string[] = [];
    for await (const { key } of this.#objects.list(replicaPrefix(endpoint))) keys.push(key);
    const read = async (key: string): Promise<readonly SeenReplica[]> => {
      try {
        const stored = await getIfThere(this.#objects, key);
        if (stored === null) return [];
        return [{ ...parseRecord<ReplicaStatus>(stored.bytes, key, REPLICA_MEMBERS), etag: stored.etag }];
      } catch (error) {
        if (unreadable === undefined || !isPipelineError(error)) throw error;
        unreadable(key.slice(replicaPrefix(endpoint).length, -'.json'.length), error);
        return [];
      }
    };
    const found: SeenReplica[] = [];
    for (let start = 0; start < keys.length; start += PARALLEL_READS)
      found.push(...(await Promise.all(keys.slice(start, start + PARALLEL_READS).map(read))).flat());
    return found;
  }

  async reportReplica(status: ReplicaStatus): Promise<void> {
    checkName('endpoint', status.endpoint);
    checkName('replica', status.replica);
    await this.#objects.put(replicaKey(status.endpoint, status.replica), recordBytes(status));
  }

  async removeReplica(endpoint: string, replica: string): Promise<void> {
    checkName('endpoint', endpoint);
    checkName('replica', replica);
    await this.#objects.delete(replicaKey(endpoint, replica));
  }

  async #logged(endpoint: string, revision: number): Promise<EndpointConfig | null> {
    const stored = await getIfThere(this.#objects, logKey(endpoint, revision));
    return stored === null ? null : readConfig(stored.bytes, logKey(endpoint, revision));
  }

  async #follow(config: EndpointConfig): Promise<void> {
    for (;;) {
      const now = await this.read(config.endpoint);
      if (now !== null && now.config.revision >= config.revision) return;
      try {
        if (now === null) await this.#objects.putIfAbsent(configKey(config.endpoint), recordBytes(config));
        else await this.#objects.putIfMatch(configKey(config.endpoint), recordBytes(config), now.etag);
        return;
      } catch (error) {
        if (!isPipelineError(error) || error.code !== 'STORE_CONFLICT') throw error;
      }
    }
  }
}

function readConfig(bytes: Uint8Array, key: string): EndpointConfig {
  return parseRecord<EndpointConfig>(bytes, key, CONFIG_MEMBERS);
}

function checkWeights({ endpoint, variants }: EndpointDraft): void {
  const sum = variants.reduce((total, { weight }) => total + weight, 0);
  const names = variants.map(({ variant }) => variant);
  const problems = variants
    .filter(({ weight }) => !(weight >= 0 && weight <= WHOLE))
    .map(({ variant, weight }) => `the weight of ${variant} is ${weight}`);
  for (const name of new Set(names.filter((variant, index) => names.indexOf(variant) !== index)))
    problems.push(`${name} is given twice`);
  // An endpoint whose first candidate was withdrawn has no variant at all: it serves nothing.
  if (variants.length > 0 && !(Math.abs(sum - WHOLE) <= ROUNDING)) problems.push(`the weights sum to ${sum}`);
  if (problems.length > 0) {
    throw new PipelineError('REGISTRY_WEIGHTS_INVALID', {
      what: problems.join('; '),
      where: `endpoint ${endpoint}`,
      details: { problems },
    });
  }
}

function raceLost(endpoint: string, expected: number | null, newest: EndpointConfig | null): PipelineError {
  return new PipelineError('REGISTRY_RACE_LOST', {
    what: 'the endpoint was moved by somebody else',
    where: `endpoint ${endpoint}`,
    expected: expected === null ? 'no configuration' : `revision ${expected}`,
    received:
      newest === null
        ? 'no configuration'
        : `revision ${newest.revision} (by ${newest.workflowId} at ${newest.updatedAt}: ${newest.reason})`,
    details: { endpoint, expected, revision: newest?.revision ?? null, workflowId: newest?.workflowId ?? null },
  });
}
