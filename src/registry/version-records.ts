import type { ModelVersion } from '../contracts/model.js';
import { PipelineError } from '../errors/pipeline-error.js';
import { manifestKey } from '../store/artifacts/artifact-keys.js';
import { getIfThere, parseRecord, putIfFree, recordBytes } from '../store/json/json-record.js';
import type { ObjectStore } from '../store/port.js';
import type { RegisterInput } from './registry.js';

/** Of whoever registers and whatever stamps the artifacts, generously. */
export const CLOCKS_APART_MS = 3_600_000;
const VERSION_MEMBERS = [
  'model',
  'version',
  'artifact',
  'evaluation',
  'metrics',
  'window',
  'registeredAt',
  'runId',
  'workflowId',
] as const;

export const versionKey = (model: string, version: number): string => `models/${model}/versions/${version}.json`;

/** The records of a store's model versions, `models/<model>/versions/<n>.json`: written once, never changed. */
export class VersionRecords {
  readonly #objects: ObjectStore;
  readonly #known = new Map<string, ModelVersion>();

  constructor(objects: ObjectStore) {
    this.#objects = objects;
  }

  /** Makes the next version, or gives the one that the same registration made before. */
  async add(input: RegisterInput): Promise<ModelVersion> {
    for (;;) {
      const numbers = await this.numbers(input.model);
      const same = await this.#registered(input, numbers);
      if (same !== null) return same;
      const { model, artifact, evaluation, metrics, window, workflowId, runId } = input;
      const version = (numbers.at(-1) ?? 0) + 1;
      const registeredAt = new Date().toISOString();
      const record = { model, version, artifact, evaluation, metrics, window, registeredAt, runId, workflowId };
      if (await putIfFree(this.#objects, versionKey(model, version), recordBytes(record))) return record;
    }
  }

  /** REGISTRY_VERSION_NOT_FOUND naming the versions, or the models, that there are. */
  async version(model: string, version: number): Promise<ModelVersion> {
    const key = versionKey(model, version);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const stored = await getIfThere(this.#objects, key);
    if (stored === null) throw await this.#unknown(model, version);
    const record = parseRecord<ModelVersion>(stored.bytes, key, VERSION_MEMBERS);
    this.#known.set(key, record);
    return record;
  }

  /** In ascending order. */
  async numbers(model: string): Promise<number[]> {
    const prefix = `models/${model}/versions/`;
    const numbers: number[] = [];
    for await (const { key } of this.#objects.list(prefix)) {
      const digits = /^([1-9]\d*)\.json$/.exec(key.slice(prefix.length))?.[1];
      if (digits !== undefined) numbers.push(Number(digits));
    }
    return numbers.sort((left, right) => left - right);
  }

  async models(): Promise<readonly string[]> {
    const names = new Set<string>();
    for await (const { key } of this.#objects.list('models/')) {
      const name = key.split('/')[1];
      if (name !== undefined) names.add(name);
    }
    return [...names].sort();
  }

  /** The version that a registration made before; none can have been made before its artifact was. */
  async #registered({ model, artifact, workflowId }: RegisterInput, numbers: readonly number[]): Promise<ModelVersion | null> {
    const made = await this.#objects.head(manifestKey(artifact));
    const sinceMs = made === null ? -Infinity : Date.parse(made.modifiedAt) - CLOCKS_APART_MS;
    for (const number of [...numbers].reverse()) {
      const version = await this.version(model, number);
      if (version.workflowId === workflowId && version.artifact.id === artifact.id) return version;
      if (Date.parse(version.registeredAt) < sinceMs) return null;
    }
    return null;
  }

  async #unknown(model: string, version: number): Promise<PipelineError> {
    const numbers = await this.numbers(model);
    const models = numbers.length === 0 ? await this.models() : [];
    const known = models.length === 0 ? 'a model to be registered first' : `a version of one of the models ${models.join(', ')}`;
    return new PipelineError('REGISTRY_VERSION_NOT_FOUND', {
      what: `there is no version ${version}`,
      where: `model ${model} of store ${this.#objects.uri}`,
      expected: numbers.length === 0 ? known : `one of ${numbers.join(', ')}`,
      details: { model, version, versions: numbers },
    });
  }
}
