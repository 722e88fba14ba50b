import { describe, expect, it } from '@jest/globals';
import { inspectModel } from '../../../src/onnx/inspect-model.js';
import { encodeModel } from '../../../src/onnx/messages.js';
import { GraphBuilder } from '../../../src/onnx/model-builder.js';
import { openSession } from '../../../src/onnx/session.js';

function mixedGraph(): Uint8Array {
  const builder = new GraphBuilder();
  builder.input('city', 'string', [null, 1]);
  builder.input('distance', 'float', [null, 1]);
  builder.input('time', 'int64', [null, 1]);
  builder.input('late', 'bool', [null, 1]);
  const cities = {
    keys_strings: { strings: ['Zürich', 'Basel'] },
    values_floats: { floats: [1.5, 2] },
    default_float: { f: -1 },
  };
  builder.node('LabelEncoder', ['city'], ['code'], cities, 'ai.onnx.ml');
  builder.initializer('hour_ms', { type: 'int64', dims: [1], data: [3_600_000] });
  builder.node('Div', ['time', 'hour_ms'], ['hours']);
  builder.node('Cast', ['hours'], ['hours_float'], { to: { i: 1 } });
  builder.node('Cast', ['late'], ['late_float'], { to: { i: 1 } });
  builder.node('Concat', ['code', 'distance', 'hours_float', 'late_float'], ['all'], { axis: { i: 1 } });
  builder.initializer('weights', { type: 'float', dims: [4, 1], data: Float32Array.of(1, 10, 100, 1000) });
  builder.node('MatMul', ['all', 'weights'], ['score']);
  builder.output('score', 'float', [null, 1]);
  return builder.toBytes();
}

const columns = {
  city: ['Zürich', 'Paris'],
  distance: Float32Array.of(0.5, Number.NaN),
  time: BigInt64Array.of(7_200_000n, 0n),
  late: Uint8Array.of(1, 0),
};

describe('GraphBuilder', () => {
  it('writes a graph of all four element types that ONNX Runtime scores', async () => {
    const session = await openSession(mixedGraph());
    const scores = await session.score(columns, 2);
    expect(Array.from(scores)).toEqual([1.5 + 5 + 200 + 1000, Number.NaN]);
    expect(
      Array.from(
        await session.score({ city: [], distance: new Float32Array(), time: new BigInt64Array(), late: new Uint8Array() }, 0),
      ),
    ).toEqual([]);
    await session.release();
  });

  it('gives the same bytes for the same calls', () => {
    expect(Buffer.from(mixedGraph()).equals(Buffer.from(mixedGraph()))).toBe(true);
  });

  it('refuses a value that is read before it is made, made twice, or whose data do not fill its shape', () => {
    const builder = new GraphBuilder();
    builder.input('x', 'float', [null, 1]);
    const codes = [
      () => {
        builder.node('Neg', ['y'], ['z']);
      },
      () => {
        builder.node('Neg', ['x'], ['x']);
      },
      () => {
        builder.initializer('w', { type: 'float', dims: [2, 2], data: [1, 2, 3] });
      },
      () => builder.toBytes(),
    ];
    for (const call of codes) expect(call).toThrow(expect.objectContaining({ code: 'ONNX_GRAPH_INVALID' }));
  });
});

describe('inspectModel', () => {
  it('summarises inputs, outputs, opsets and operators', () => {
    const summary = inspectModel(mixedGraph());
    expect(summary.inputs.map(({ name, elementType, shape }) => [name, elementType, shape])).toEqual([
      ['city', 'string', [null, 1]],
      ['distance', 'float', [null, 1]],
      ['time', 'int64', [null, 1]],
      ['late', 'bool', [null, 1]],
    ]);
    expect(summary.outputs).toEqual([{ name: 'score', elementType: 'float', shape: [null, 1] }]);
    expect(summary.opsets).toEqual({ '': 17, 'ai.onnx.ml': 3 });
    expect(summary.operators).toEqual({ Cast: 2, Concat: 1, Div: 1, MatMul: 1, 'ai.onnx.ml.LabelEncoder': 1 });
  });

  it('calls bytes that are cut short, empty or of another format corrupt', () => {
    const bytes = mixedGraph();
    for (const broken of [
      bytes.subarray(0, bytes.length - 7),
      new Uint8Array(0),
      Buffer.from('{"not": "onnx"}'),
      bytes.subarray(3),
    ]) {
      expect(() => inspectModel(broken)).toThrow(expect.objectContaining({ code: 'ONNX_CORRUPT' }));
    }
  });

  it('names everything that a served model may not hold', () => {
    const input = { name: 'x', type: { tensorType: { elemType: 1, shape: { dim: [{}] } } } };
    const bytes = encodeModel({
      irVersion: 8,
      opsetImport: [
        { domain: '', version: 17 },
        { domain: 'evil.corp', version: 1 },
      ],
      functions: [Buffer.from([1])],
      graph: {
        input: [input],
        output: [{ ...input, name: 'y' }],
        initializer: [
          { name: 'w', dims: [1], dataType: 1, externalData: [{ key: 'location', value: '/etc/passwd' }], dataLocation: 1 },
        ],
        node: [
          { opType: 'Loop', input: ['x'], output: ['y'], attribute: [{ name: 'body', type: 5, g: Buffer.from([1]) }] },
          { opType: 'Run', domain: 'evil.corp', input: ['x'], output: ['z'] },
        ],
      },
    });
    expect(() => inspectModel(bytes)).toThrow(
      expect.objectContaining({
        code: 'ONNX_NOT_ALLOWED',
        details: {
          refused: [
            'functions of its own',
            'the operator domain "evil.corp"',
            'data of tensor "w" in another file',
            'the operator Loop',
            'a subgraph in Loop',
            'the operator evil.corp.Run',
          ],
        },
      }),
    );
    expect(() => inspectModel(mixedGraph(), { maxBytes: 100 })).toThrow(expect.objectContaining({ code: 'ONNX_NOT_ALLOWED' }));
    expect(() => inspectModel(mixedGraph(), { maxNodes: 2 })).toThrow(expect.objectContaining({ code: 'ONNX_NOT_ALLOWED' }));
  });
});

describe('openSession', () => {
  it('lists every wrong column at once', async () => {
    const session = await openSession(mixedGraph());
    const wrong = { city: ['Basel'], distance: BigInt64Array.of(1n), elevation: Float32Array.of(1) };
    await expect(session.score(wrong, 1)).rejects.toMatchObject({
      code: 'ONNX_INPUT_INVALID',
      details: {
        problems: [
          'column "distance" holds INT64, not FP32',
          'column "time" is missing',
          'column "late" is missing',
          'the model has no input "elevation"',
        ],
      },
    });
    await expect(session.score({ ...columns, city: ['Basel'] }, 2)).rejects.toMatchObject({ code: 'ONNX_INPUT_INVALID' });
    await session.release();
  });

  it('compares the graph with a signature', async () => {
    const session = await openSession(mixedGraph());
    const { inputs, outputs } = session;
    session.checkSignature({ inputs: inputs.map((spec) => ({ ...spec, nullable: true })), outputs });
    expect(() => {
      session.checkSignature({ inputs: [{ name: 'city', datatype: 'INT64', shape: [-1, 1] }, ...inputs.slice(1)], outputs });
    }).toThrow(expect.objectContaining({ code: 'ONNX_SIGNATURE_MISMATCH' }));
    await session.release();
    await expect(openSession(mixedGraph(), { signature: { inputs, outputs: [] } })).rejects.toMatchObject({
      code: 'ONNX_SIGNATURE_MISMATCH',
    });
  });

  it('says when the runtime cannot load the model', async () => {
    await expect(openSession(mixedGraph().subarray(0, 200))).rejects.toMatchObject({ code: 'ONNX_LOAD_FAILED' });
    const builder = new GraphBuilder();
    builder.input('x', 'string', [null, 1]);
    builder.node('Scaler', ['x'], ['score'], { offset: { floats: [0] }, scale: { floats: [1] } }, 'ai.onnx.ml');
    builder.output('score', 'float', [null, 1]);
    await expect(openSession(builder.toBytes())).rejects.toMatchObject({ code: 'ONNX_LOAD_FAILED' });
  });
});
