import { describe, expect, it } from '@jest/globals';
import type { ModelSignature, TensorSpec } from '../../../src/contracts/model.js';
import { GraphBuilder } from '../../../src/onnx/model-builder.js';
import { knownCategories } from '../../../src/serving/model/known-categories.js';
import { ReferenceCount } from '../../../src/serving/model/reference-count.js';
import { checkCompatible } from '../../../src/serving/model/signature-check.js';
import { resolveServerOptions } from '../../../src/serving/server-options.js';

const spec = (name: string, change: Partial<TensorSpec> = {}): TensorSpec => ({
  name,
  datatype: 'FP32',
  shape: [-1, 1],
  column: 'float',
  ...change,
});
const signed = (version: number, ...inputs: TensorSpec[]): { version: number; signature: ModelSignature } => ({
  version,
  signature: { inputs, outputs: [spec('score')] },
});

describe('a candidate beside the champion', () => {
  it('may take the same columns in another order and be more lenient', () => {
    checkCompatible(signed(1, spec('a'), spec('b')), signed(2, spec('b', { nullable: true }), spec('a')));
  });

  it('is refused with all differences when callers would break', () => {
    const champion = signed(1, spec('a'), spec('b', { nullable: true }), spec('c'));
    const candidate = signed(2, spec('b'), spec('c', { datatype: 'BYTES', column: 'category' }), spec('d'));
    expect(() => {
      checkCompatible(champion, candidate);
    }).toThrow(
      expect.objectContaining({
        code: 'SERVING_SIGNATURE_INCOMPATIBLE',
        details: {
          problems: [
            'it does not take "a"',
            '"b" may no longer be null',
            '"c" is BYTES (category), not FP32 (float)',
            'it needs "d", which callers do not send',
          ],
        },
      }),
    );
  });
});

describe('a reference count', () => {
  it('releases once, after it was retired and the last user left', async () => {
    let released = 0;
    const count = new ReferenceCount(async () => {
      released += 1;
    });
    count.acquire();
    count.acquire();
    count.leave();
    count.leave();
    count.acquire();
    const retired = Promise.all([count.retire(), count.retire()]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(released).toBe(0);
    count.leave();
    await retired;
    expect(released).toBe(1);
  });
});

describe('the known categories', () => {
  it('are the keys of the encoders that read an input, also in another shape', () => {
    const builder = new GraphBuilder();
    builder.input('origin', 'string', [null, 1]);
    builder.input('carrier', 'string', [null, 1]);
    builder.initializer('flat', { type: 'int64', dims: [1], data: [-1] });
    builder.node('Reshape', ['origin', 'flat'], ['origin_flat']);
    const keys = { keys_strings: { strings: ['SFO', 'JFK'] }, values_floats: { floats: [0, 1] } };
    builder.node('LabelEncoder', ['origin_flat'], ['x'], keys, 'ai.onnx.ml');
    builder.node('OneHotEncoder', ['carrier'], ['y'], { cats_strings: { strings: ['AA', 'UA'] } }, 'ai.onnx.ml');
    builder.output('x', 'float', [null]);
    expect([...knownCategories(builder.toBytes())]).toEqual([
      ['origin', new Set(['SFO', 'JFK'])],
      ['carrier', new Set(['AA', 'UA'])],
    ]);
  });
});

describe('the options of a server', () => {
  it('look at a folder more often than at S3', () => {
    expect(resolveServerOptions({ store: '/tmp/x', endpoint: 'e' }).refreshMs).toBe(250);
    expect(resolveServerOptions({ store: 's3://bucket/x', endpoint: 'e' }).refreshMs).toBe(2_000);
  });

  it.each(['0.0.0.0', '::', '', '10.0.0.7', 'models.example', '127.0.0.1.example'])(
    'let a server listen on "%s" only with keys, or when told that strangers are kept out',
    (host) => {
      const given = { store: '/tmp/x', endpoint: 'e', host };
      expect(() => resolveServerOptions(given)).toThrow(
        expect.objectContaining({
          code: 'SERVING_KEYS_MISSING',
          message: expect.stringMatching(/PERENNIAL_API_KEYS.*--allow-anonymous/),
        }),
      );
      expect(() => resolveServerOptions({ ...given, apiKeys: [] })).toThrow(/without API keys/);
      expect(resolveServerOptions({ ...given, apiKeys: ['a-long-secret'] }).host).toBe(host);
      expect(resolveServerOptions({ ...given, allowAnonymous: true }).host).toBe(host);
    },
  );

  it.each(['127.0.0.1', '127.9.9.9', '::1', 'localhost'])('let a server listen on "%s" without keys', (host) => {
    expect(resolveServerOptions({ store: '/tmp/x', endpoint: 'e', host }).host).toBe(host);
  });

  it('make a replica name that no other process has', () => {
    const names = [1, 2].map(() => resolveServerOptions({ store: '/tmp/x', endpoint: 'e' }).replica);
    expect(names[0]).not.toBe(names[1]);
  });
});
