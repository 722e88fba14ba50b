import type { ArtifactKind, ArtifactRef } from '../contracts/artifact.js';
import type { JsonObject, JsonPrimitive } from '../contracts/json.js';
import type { ModelVersion } from '../contracts/model.js';
import { madeFromPrefix, producedByPrefix } from '../store/artifacts/artifact-keys.js';
import type { ArtifactStore } from '../store/artifacts/artifact-store.js';
import type { ProducedBy } from '../store/artifacts/create-artifact-store.js';
import { parseRecord } from '../store/json/json-record.js';
import type { Registry } from './registry.js';

type Identity = Pick<ArtifactRef, 'kind' | 'id'>;

export interface LineageNode {
  readonly kind: ArtifactKind;
  readonly id: string;
  /** Members of the artifact's meta that are single values. */
  readonly meta: { readonly [name: string]: JsonPrimitive };
  /** Oldest first; empty when no producer was recorded. */
  readonly producedBy: readonly ProducedBy[];
  /** Up: what it was made from, in the manifest's order. Down: what was made from it, oldest first. An artifact met twice is one object. */
  readonly children: readonly LineageNode[];
}

export interface ModelLineage {
  readonly version: ModelVersion;
  /** From the model back to its data. */
  readonly up: LineageNode;
  /** From the model on to its evaluations and what followed from them. */
  readonly down: LineageNode;
}

const PRODUCER_MEMBERS = ['pipeline', 'workflowId', 'runId', 'step', 'producedAt'] as const;

/**
 * Follows an artifact to what it was made from (`up`) or to what was made from it (`down`). Artifacts whose publication was cut off before
 * its end are left out.
 * @throws PipelineError `ARTIFACT_NOT_FOUND` for the start, or upwards for an input that is gone.
 */
export function traceLineage(artifacts: ArtifactStore, start: Identity, direction: 'up' | 'down'): Promise<LineageNode> {
  const met = new Map<string, Promise<LineageNode>>();
  const visit = (at: Identity): Promise<LineageNode> => {
    const name = `${at.kind}/${at.id}`;
    const node = met.get(name) ?? build(at);
    met.set(name, node);
    return node;
  };
  const build = async (at: Identity): Promise<LineageNode> => {
    const { meta, inputs } = await artifacts.manifest(at);
    const children = await Promise.all((direction === 'up' ? inputs : await madeFrom(artifacts, at)).map(visit));
    const ordered = direction === 'up' ? children : [...children].sort(byAge);
    return { kind: at.kind, id: at.id, meta: singleValues(meta), producedBy: await producers(artifacts, at), children: ordered };
  };
  return visit(start);
}

/** Lineage of a registered version both ways, e.g. of the model that is live. REGISTRY_VERSION_NOT_FOUND, ARTIFACT_NOT_FOUND. */
export async function modelLineage(
  artifacts: ArtifactStore,
  registry: Registry,
  model: string,
  version: number,
): Promise<ModelLineage> {
  const record = await registry.version(model, version);
  const [up, down] = await Promise.all([
    traceLineage(artifacts, record.artifact, 'up'),
    traceLineage(artifacts, record.artifact, 'down'),
  ]);
  return { version: record, up, down };
}

async function madeFrom(artifacts: ArtifactStore, input: Identity): Promise<Identity[]> {
  const made: Identity[] = [];
  for await (const { key } of artifacts.objects.list(madeFromPrefix(input))) {
    const record = parseRecord<Identity & { readonly input: Identity }>((await artifacts.objects.get(key)).bytes, key, [
      'kind',
      'id',
      'input',
    ]);
    if (record.input.kind === input.kind && (await artifacts.exists(record))) made.push({ kind: record.kind, id: record.id });
  }
  return made;
}

async function producers(artifacts: ArtifactStore, of: Identity): Promise<readonly ProducedBy[]> {
  const found: ProducedBy[] = [];
  for await (const { key } of artifacts.objects.list(producedByPrefix(of))) {
    found.push(parseRecord<ProducedBy>((await artifacts.objects.get(key)).bytes, key, PRODUCER_MEMBERS));
  }
  return found.sort((left, right) => left.producedAt.localeCompare(right.producedAt));
}

function byAge(left: LineageNode, right: LineageNode): number {
  const age = ({ producedBy, id }: LineageNode): string => `${producedBy[0]?.producedAt ?? ''} ${id}`;
  return age(left) < age(right) ? -1 : 1;
}

function singleValues(meta: JsonObject): { readonly [name: string]: JsonPrimitive } {
  const single: { [name: string]: JsonPrimitive } = {};
  for (const [name, value] of Object.entries(meta)) {
    if (value === null || typeof value !== 'object') single[name] = value;
  }
  return single;
}
