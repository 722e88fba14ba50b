import { describe, expect, it } from '@jest/globals';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Encoder } from '../../../src/features/encoding/encoder.js';
import { buildPreprocessGraph } from '../../../src/features/encoding/preprocess-graph.js';
import { GraphBuilder } from '../../../src/onnx/model-builder.js';

const INPUTS = [
  { name: 'at', datatype: 'INT64', shape: [-1, 1] },
  { name: 'size', datatype: 'FP32', shape: [-1, 1] },
  { name: 'open', datatype: 'BOOL', shape: [-1, 1] },
  { name: 'a', datatype: 'BYTES', shape: [-1, 1] },
  { name: 'b', datatype: 'BYTES', shape: [-1, 1] },
] as const;

async function run(encoders: readonly Encoder[], feeds: Record<string, Tensor>): Promise<number[]> {
  const builder = new GraphBuilder();
  const used = INPUTS.filter(({ name }) => name in feeds);
  const features = buildPreprocessGraph(builder, { formatVersion: 1, inputs: used, encoders });
  builder.output(features, 'float', [null, null]);
  const session = await InferenceSession.create(builder.toBytes(), { logSeverityLevel: 3 });
  const result = await session.run(feeds);
  await session.release();
  return Array.from(result[features]?.data as Float32Array);
}

const strings = (...values: string[]): Tensor => new Tensor('string', values, [values.length, 1]);

describe('the preprocessing graph', () => {
  it('reads hours and weekdays also before 1970', async () => {
    const moments = ['1969-12-31T23:59:59.999Z', '1970-01-01T00:00:00Z', '2001-01-07T05:00:00Z'].map((iso) =>
      BigInt(Date.parse(iso)),
    );
    const at = new Tensor('int64', BigInt64Array.from(moments), [3, 1]);
    const encoders: Encoder[] = [
      { feature: 'hour', transform: 'hour_of', column: 'at' },
      { feature: 'weekday', transform: 'weekday_of', column: 'at' },
    ];
    expect(await run(encoders, { at })).toEqual([23, 3, 0, 4, 5, 0]);
  });

  it('keeps NaN in a plain number and takes booleans as 0 and 1', async () => {
    const size = new Tensor('float32', Float32Array.from([1.5, NaN]), [2, 1]);
    const open = new Tensor('bool', Uint8Array.from([1, 0]), [2, 1]);
    const encoders: Encoder[] = [
      { feature: 'size', transform: 'numeric', column: 'size' },
      { feature: 'scaled', transform: 'standardize', column: 'size', mean: 0.5, scale: 2 },
      { feature: 'open', transform: 'numeric', column: 'open' },
    ];
    expect(await run(encoders, { size, open })).toEqual([1.5, 2, 1, NaN, 0, 0]);
  });

  it('never takes a joint key with an unseen part for a seen one', async () => {
    const keys = [
      ['x', 'p'],
      ['x', 'q'],
      ['y', 'p'],
    ];
    const encoder: Encoder = {
      feature: 'k',
      transform: 'target_encode',
      columns: ['a', 'b'],
      prior: 0.5,
      keys,
      values: [1, 2, 3],
    };
    const a = strings('x', 'x', 'y', 'y', 'z', 'x', '');
    const b = strings('p', 'q', 'p', 'q', 'p', 'z', '');
    expect(await run([encoder], { a, b })).toEqual([1, 2, 3, 0.5, 0.5, 0.5, 0.5]);
  });

  it('gives all zeros for a category that it does not know', async () => {
    const encoder: Encoder = { feature: 'a', transform: 'one_hot', column: 'a', categories: ['x', ''] };
    expect(await run([encoder], { a: strings('x', '', 'w') })).toEqual([1, 0, 0, 1, 0, 0]);
  });
});
