import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { RowExpression, RowOperator } from '../../../src/contracts/stages/row-expression.js';
import { columnsRead } from '../../../src/pipeline/expressions/columns-read.js';
import { encodedRows } from '../../../src/features/encoding/encode-sql.js';
import type { Encoder } from '../../../src/features/encoding/encoder.js';
import { buildPreprocessGraph } from '../../../src/features/encoding/preprocess-graph.js';
import { GraphBuilder } from '../../../src/onnx/model-builder.js';

const INPUTS = [
  { name: 'a', datatype: 'FP32', shape: [-1, 1] },
  { name: 'b', datatype: 'FP32', shape: [-1, 1] },
  { name: 'n', datatype: 'FP32', shape: [-1, 1] },
  { name: 'flag', datatype: 'BOOL', shape: [-1, 1] },
] as const;

interface Row {
  readonly a: number | null;
  readonly b: number | null;
  readonly n: number | null;
  readonly flag: boolean;
}

const column = (name: keyof Row): RowExpression => ({
  column: name,
  type: name === 'flag' ? 'boolean' : name === 'n' ? 'integer' : 'float',
});
const leaf = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(column('a'), column('b'), column('n')) },
  fc.constantFrom(0, 1, -1, 0.1, 2, 1e30, -1e-30).map((value): RowExpression => ({ value })),
);
const operation = (ops: readonly RowOperator[], ...operands: fc.Arbitrary<RowExpression>[]): fc.Arbitrary<RowExpression> =>
  fc.record({ op: fc.constantFrom(...ops), operands: fc.tuple(...operands) });
const { number: aNumber, condition: aCondition } = fc.letrec<{ number: RowExpression; condition: RowExpression }>((tie) => ({
  number: fc.oneof(
    { maxDepth: 4 },
    leaf,
    operation(['add', 'sub', 'mul', 'div'], tie('number'), tie('number')),
    operation(['neg', 'abs'], tie('number')),
  ),
  condition: fc.oneof(
    { maxDepth: 4 },
    fc.oneof(
      fc.constant(column('flag')),
      fc.boolean().map((value): RowExpression => ({ value })),
    ),
    operation(['gt', 'gte', 'lt', 'lte', 'eq', 'ne'], tie('number'), tie('number')),
    operation(['and', 'or', 'eq', 'ne'], tie('condition'), tie('condition')),
    operation(['not', 'isNull'], tie('condition')),
    operation(['isNull'], tie('number')),
  ),
}));
const value = fc.oneof(
  fc.constantFrom(null, NaN, Infinity, -Infinity, 0, -0, 1, -1, 3.4e38, 1e-45, 0.1),
  fc.float({ noNaN: true, noDefaultInfinity: true }),
);
const rows = fc.array(
  fc.record({ a: value, b: value, n: fc.option(fc.integer({ min: -(2 ** 40), max: 2 ** 40 })), flag: fc.boolean() }),
  { minLength: 1, maxLength: 8 },
);

let connection: Awaited<ReturnType<DuckDBInstance['connect']>>;
beforeAll(async () => {
  connection = await (await DuckDBInstance.create()).connect();
});
afterAll(() => {
  connection.closeSync();
});

async function bySql(encoders: readonly Encoder[], given: readonly Row[]): Promise<number[][]> {
  const number = (one: number | null, type: string): string =>
    one === null ? `NULL::${type}` : `'${Object.is(one, -0) ? '-0' : one}'::${type}`;
  const texts = given.map(
    ({ a, b, n, flag }, index) => `(${number(a, 'DOUBLE')}, ${number(b, 'DOUBLE')}, ${number(n, 'BIGINT')}, ${flag}, ${index})`,
  );
  const relation = `(SELECT * FROM (VALUES ${texts.join(', ')}) AS t(a, b, n, flag, __row))`;
  const found = await connection.runAndReadAll(encodedRows(relation, encoders, [], new Map()));
  return found.getRows().map((row) => row.map(Number));
}

async function byGraph(encoders: readonly Encoder[], given: readonly Row[]): Promise<number[][]> {
  const builder = new GraphBuilder();
  builder.output(buildPreprocessGraph(builder, { formatVersion: 1, inputs: INPUTS, encoders }), 'float', [null, null]);
  const session = await InferenceSession.create(builder.toBytes(), { logSeverityLevel: 3 });
  const floats = (name: 'a' | 'b' | 'n'): Tensor =>
    new Tensor(
      'float32',
      Float32Array.from(given, (row) => row[name] ?? NaN),
      [given.length, 1],
    );
  const flag = new Tensor(
    'bool',
    Uint8Array.from(given, (row) => Number(row.flag)),
    [given.length, 1],
  );
  const result = await session.run({ a: floats('a'), b: floats('b'), n: floats('n'), flag });
  await session.release();
  const values = Array.from(result['preprocess/features']?.data as Float32Array);
  return given.map((_, row) => values.slice(row * encoders.length, (row + 1) * encoders.length));
}

const derive = (expression: RowExpression, index = 0): Encoder => ({
  feature: `f${index}`,
  transform: 'derive',
  columns: columnsRead(expression),
  expression: expression,
});
const of = (op: RowOperator, ...operands: readonly RowExpression[]): RowExpression => ({ op, operands });
const NOTHING: Row = { a: null, b: null, n: null, flag: false };

describe('a derived feature', () => {
  it('has the same bits in SQL and in the graph, whatever it computes and whatever the rows hold', async () => {
    const reading = fc.oneof(aNumber, aCondition).filter((expression) => columnsRead(expression).length > 0);
    const expressions = fc.array(reading, { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(expressions, rows, async (some, given) => {
        const encoders = some.map(derive);
        expect(await byGraph(encoders, given)).toEqual(await bySql(encoders, given));
      }),
      { numRuns: 60 },
    );
  }, 60_000);

  it.each([
    [
      'one over a number, times another',
      of('mul', of('div', { value: 1 }, column('a')), column('b')),
      { a: 41, b: 41 },
      Math.fround(Math.fround(1 / 41) * 41),
    ],
    ['minus nothing plus nothing', of('div', { value: 1 }, of('add', column('a'), { value: 0 })), { a: -0 }, Infinity],
    ['division by nothing', of('div', column('a'), column('b')), { a: -1, b: 0 }, -Infinity],
    ['nothing by nothing', of('div', column('a'), column('b')), { a: 0, b: 0 }, NaN],
    ['a missing number', of('add', column('a'), { value: 1 }), { a: null }, NaN],
    ['a comparison with a missing number', of('gt', column('a'), { value: 1 }), { a: null }, NaN],
    ['a comparison with NaN', of('eq', column('a'), column('a')), { a: NaN }, NaN],
    ['false and missing', of('and', column('flag'), of('gt', column('a'), { value: 1 })), {}, 0],
    ['false or missing', of('or', column('flag'), of('gt', column('a'), { value: 1 })), {}, NaN],
    ['whether it is missing', of('isNull', of('div', column('a'), column('b'))), { a: 0, b: 0 }, 1],
  ])('%s', async (_, expression, given, expected) => {
    const all = [{ ...NOTHING, ...given }];
    expect(await bySql([derive(expression)], all)).toEqual([[expected]]);
    expect(await byGraph([derive(expression)], all)).toEqual([[expected]]);
  });
});
