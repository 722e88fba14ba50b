import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ArtifactRef } from '../../../src/contracts/artifact.js';
import type { EndpointVariant, ModelSignature } from '../../../src/contracts/model.js';
import type { ModelMeta } from '../../../src/contracts/stages/train.js';
import { GraphBuilder } from '../../../src/onnx/model-builder.js';
import { createEndpoints } from '../../../src/registry/endpoints.js';
import type { Endpoints } from '../../../src/registry/endpoints.js';
import type { ArtifactStore } from '../../../src/store/artifacts/artifact-store.js';
import { createArtifactStore } from '../../../src/store/artifacts/create-artifact-store.js';
import { openObjectStore } from '../../../src/store/open-store.js';

export const SIGNATURE: ModelSignature = {
  inputs: [
    { name: 'date', datatype: 'INT64', shape: [-1, 1], column: 'timestamp' },
    { name: 'distance', datatype: 'FP32', shape: [-1, 1], column: 'float', nullable: true },
    { name: 'origin', datatype: 'BYTES', shape: [-1, 1], column: 'category' },
  ],
  outputs: [{ name: 'score', datatype: 'FP32', shape: [-1, 1] }],
};

export const ROW = { date: '2001-01-05T12:00:00Z', distance: 4, origin: 'SFO' };
const SAMPLES = [ROW, { ...ROW, origin: 'JFK' }, { ...ROW, distance: 9 }];

export type TinyModel = {
  readonly offset: number;
  /** The score then has the square root of the distance, which is not a number for a negative one; else a thousandth of it. */
  readonly root?: boolean;
  readonly signature?: ModelSignature;
};

/** score = offset + distance / 1000 (a missing one counts as 0) + (SFO 0.25, JFK 0.5, any other origin 0). */
function graph({ offset, root = false }: TinyModel): Uint8Array {
  const builder = new GraphBuilder();
  builder.input('date', 'int64', [null, 1]);
  builder.input('distance', 'float', [null, 1]);
  builder.input('origin', 'string', [null, 1]);
  builder.initializer('offset', { type: 'float', dims: [1], data: [offset] });
  builder.initializer('zero', { type: 'float', dims: [1], data: [0] });
  builder.initializer('thousandth', { type: 'float', dims: [1], data: [0.001] });
  const known = { keys_strings: { strings: ['SFO', 'JFK'] }, values_floats: { floats: [0.25, 0.5] }, default_float: { f: 0 } };
  builder.node('LabelEncoder', ['origin'], ['origin_value'], known, 'ai.onnx.ml');
  builder.node('IsNaN', ['distance'], ['missing']);
  builder.node('Where', ['missing', 'zero', 'distance'], ['present']);
  if (root) builder.node('Sqrt', ['present'], ['distance_value']);
  else builder.node('Mul', ['present', 'thousandth'], ['distance_value']);
  builder.node('Add', ['distance_value', 'origin_value'], ['sum']);
  builder.node('Add', ['sum', 'offset'], ['score']);
  builder.output('score', 'float', [null, 1]);
  return builder.toBytes();
}

/** The score that a tiny model without `root` gives, as float32 arithmetic rounds it within 1e-6. */
export function expectedScore(offset: number, row: { readonly distance: number | null; readonly origin: string }): number {
  return offset + (row.distance ?? 0) / 1000 + ({ SFO: 0.25, JFK: 0.5 }[row.origin] ?? 0);
}

export interface ServingStore {
  readonly uri: string;
  readonly artifacts: ArtifactStore;
  readonly endpoints: Endpoints;
  publish(model: TinyModel): Promise<ArtifactRef<'model', ModelMeta>>;
  /** Moves the endpoint `flights` of model `flights` to these variants. */
  route(variants: readonly EndpointVariant[], previous?: EndpointVariant | null): Promise<number>;
  remove(): Promise<void>;
}

const json = (value: unknown): { readonly bytes: Buffer } => ({ bytes: Buffer.from(JSON.stringify(value)) });

export async function createServingStore(): Promise<ServingStore> {
  const folder = await mkdtemp(join(tmpdir(), 'perennial-serving-'));
  const objects = await openObjectStore(folder);
  const artifacts = createArtifactStore(objects);
  const endpoints = createEndpoints(objects);
  return {
    uri: objects.uri,
    artifacts,
    endpoints,
    publish: async (model) => {
      const signature = model.signature ?? SIGNATURE;
      const meta: ModelMeta = {
        task: 'binary',
        trainer: 'gbdt',
        signature,
        featureSet: 'f0',
        trees: 1,
        trainRows: 3,
        trainFrom: '2001-01-01',
        testFrom: '2001-01-20',
        testTo: '2001-02-01',
        seed: 1,
        metrics: {},
      };
      const files = [
        { name: 'model.onnx', mediaType: 'application/octet-stream', content: { bytes: graph(model) } },
        { name: 'signature.json', mediaType: 'application/json', content: json(signature) },
        { name: 'samples.json', mediaType: 'application/json', content: json(SAMPLES) },
      ];
      return artifacts.publish({ kind: 'model', files, meta, inputs: [] });
    },
    route: async (variants, previous = null) => {
      const current = await endpoints.read('flights');
      const draft = { endpoint: 'flights', model: 'flights', variants, previous, reason: 'test', workflowId: 'test' };
      return (await endpoints.write(draft, current?.config.revision ?? null)).revision;
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

export const champion = (version: number, artifact: ArtifactRef<'model'>, weight = 100): EndpointVariant => ({
  variant: 'champion',
  version,
  artifact,
  weight,
});

export const challenger = (version: number, artifact: ArtifactRef<'model'>, weight = 0): EndpointVariant => ({
  variant: 'challenger',
  version,
  artifact,
  weight,
});

type Answer = { readonly status: number; readonly body: Record<string, unknown>; readonly headers: Headers };

/** Sends JSON, or text as it is. */
export async function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown>, headers: response.headers };
}

export async function until(what: string, condition: () => Promise<boolean> | boolean, timeoutMs = 15_000): Promise<void> {
  const startedAt = Date.now();
  while (!(await condition())) {
    if (Date.now() - startedAt > timeoutMs) throw new Error(`not within ${timeoutMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
