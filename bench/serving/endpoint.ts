import { GraphBuilder } from '../../dist/src/onnx/model-builder.js';
import { createEndpoints } from '../../dist/src/registry/endpoints.js';
import { createArtifactStore } from '../../dist/src/store/artifacts/create-artifact-store.js';
import { jsonFile } from '../../dist/src/store/artifacts/json-file.js';
import { openObjectStore } from '../../dist/src/store/open-store.js';

export const ENDPOINT = 'bench';
const NUMBERS = ['distance', 'weight', 'seats', 'price'];
const CATEGORIES = ['origin', 'destination'];
const SHAPE = [-1, 1] as const;
const SIGNATURE = {
  inputs: [
    { name: 'date', datatype: 'INT64', shape: SHAPE, column: 'timestamp', eventTime: true },
    ...NUMBERS.map((name) => ({ name, datatype: 'FP32', shape: SHAPE, column: 'float', nullable: true }) as const),
    ...CATEGORIES.map((name) => ({ name, datatype: 'BYTES', shape: SHAPE, column: 'category' }) as const),
  ],
  outputs: [{ name: 'score', datatype: 'FP32', shape: SHAPE }],
} as const;
const AIRPORTS = ['SFO', 'JFK', 'ORD', 'ATL', 'DEN', 'LAX', 'SEA', 'BOS'];

/** Row `n` of the traffic, as a client sends it. */
export function row(n: number): Record<string, unknown> {
  return {
    date: new Date(Date.UTC(2026, 0, 1) + n * 1_000).toISOString(),
    ...Object.fromEntries(NUMBERS.map((name, index) => [name, ((n * (index + 7)) % 1_000) / 10])),
    ...Object.fromEntries(CATEGORIES.map((name, index) => [name, AIRPORTS[(n * (index + 3)) % AIRPORTS.length]])),
  };
}

/** Publishes a model that costs next to nothing, so that what is around it shows, and routes the endpoint to it. */
export async function publishEndpoint(store: string): Promise<void> {
  const objects = await openObjectStore(store);
  const artifact = await createArtifactStore(objects).publish({
    kind: 'model',
    files: [
      { name: 'model.onnx', mediaType: 'application/octet-stream', content: { bytes: graph() } },
      jsonFile('signature.json', JSON.stringify(SIGNATURE)),
      jsonFile('samples.json', JSON.stringify([row(1), row(2)])),
    ],
    meta: {},
    inputs: [],
  });
  const variants = [{ variant: 'champion', version: 1, artifact, weight: 100 }] as const;
  await createEndpoints(objects).write(
    { endpoint: ENDPOINT, model: ENDPOINT, variants, previous: null, reason: 'benchmark', workflowId: 'benchmark' },
    null,
  );
}

/** score = sum of the numbers and of a number for each category. */
function graph(): Uint8Array {
  const builder = new GraphBuilder();
  builder.input('date', 'int64', [null, 1]);
  const known = {
    keys_strings: { strings: AIRPORTS },
    values_floats: { floats: AIRPORTS.map((_, n) => n) },
    default_float: { f: 0 },
  };
  for (const name of NUMBERS) builder.input(name, 'float', [null, 1]);
  for (const name of CATEGORIES) {
    builder.input(name, 'string', [null, 1]);
    builder.node('LabelEncoder', [name], [`${name}_value`], known, 'ai.onnx.ml');
  }
  builder.node('Sum', [...NUMBERS, ...CATEGORIES.map((name) => `${name}_value`)], ['score']);
  builder.output('score', 'float', [null, 1]);
  return builder.toBytes();
}
