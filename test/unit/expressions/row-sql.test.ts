import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, it } from '@jest/globals';
import {
  abs,
  add,
  and,
  col,
  definePipeline,
  div,
  eq,
  feature,
  gt,
  gte,
  isNull,
  label,
  lt,
  mul,
  ne,
  neg,
  not,
  or,
  param,
  schema,
  source,
  split,
  sub,
} from '../../../src/index.js';
import { resolveConfig } from '../../../src/pipeline/interpreter/resolve-config.js';
import { dataOf, textOf } from './row-texts.js';

const flights = schema('flights', {
  date: col.timestamp({ eventTime: true }),
  delay: col.float().nullable(),
  distance: col.float(),
  seats: col.integer(),
  late: col.boolean(),
  origin: col.category(),
});

describe('an expression of a row as SQL', () => {
  const TEXTS = [
    [gt(flights.delay, 15), 'delay > 15'],
    [eq(flights.origin, 'JFK'), "origin = 'JFK'"],
    [and(gt(flights.delay, 15), not(flights.late)), 'delay > 15 AND NOT late'],
    [or(and(flights.late, lt(flights.seats, 9)), ne(flights.seats, 7)), '(late AND seats < 9) OR seats <> 7'],
    [isNull(flights.origin), '(origin IS NULL)'],
    [isNull(flights.delay), '(delay IS NULL OR isnan(delay))'],
    [div(flights.delay, 60), 'delay / 60'],
    [gt(mul(flights.seats, 2), abs(neg(flights.delay))), '(seats::DOUBLE * 2) > abs((-(delay)))'],
    [add(0.1, 0.2), '0.1::DOUBLE + 0.2::DOUBLE'],
    [gte(flights.date, '2001-01-31'), "date >= '2001-01-31'::TIMESTAMP"],
    [gt(flights.delay, -5), 'delay > (-5)'],
    [gt(flights.delay, 0.12345678901234566), "delay > '0.12345678901234566'::DOUBLE"],
  ] as const;
  it.each(TEXTS.map(([, text], index) => ({ text, index })))('$text', ({ text, index }) => {
    expect(textOf(TEXTS[index]?.[0])).toBe(text);
  });

  it('computes in doubles whatever the columns and literals are', async () => {
    const connection = await (await DuckDBInstance.create()).connect();
    const row = '(SELECT 3::BIGINT AS seats, 0.5::DOUBLE AS delay, NULL::DOUBLE AS distance)';
    const cases = [
      [div(flights.seats, 2), 1.5],
      [mul(flights.seats, 0.1), 3 * 0.1],
      [add(0.1, 0.2), 0.1 + 0.2],
      [sub(div(1, 3), neg(flights.seats)), 1 / 3 + 3],
      [div(flights.delay, sub(flights.seats, 3)), Infinity],
      [add(flights.distance, 1), null],
    ] as const;
    const selected = cases.map(([expression]) => textOf(expression)).join(', ');
    const [values] = (await connection.runAndReadAll(`SELECT ${selected} FROM ${row}`)).getRows();
    expect(values).toEqual(cases.map(([, value]) => value));
    connection.closeSync();
  });

  it('refuses operands of other kinds where no compiler did', () => {
    const refusal = { code: 'AUTHORING_OPTION_INVALID' };
    expect(() => gt(flights.origin, 15 as never)).toThrow(
      expect.objectContaining({ ...refusal, message: expect.stringContaining('as "origin" is a category column') }),
    );
    expect(() => add(flights.origin as never, 1)).toThrow(expect.objectContaining(refusal));
    expect(() => and(flights.distance as never)).toThrow(expect.objectContaining(refusal));
    expect(() => label.binary(flights.distance as never)).toThrow(expect.objectContaining(refusal));
    expect(() => label.regression(flights.late as never)).toThrow(expect.objectContaining(refusal));
    expect(() => eq(flights.delay, null as never)).toThrow(expect.objectContaining(refusal));
    expect(() => Number(gt(flights.delay, 1))).toThrow(expect.objectContaining({ code: 'AUTHORING_REFERENCE_AS_VALUE' }));
  });
});

describe('parameters in expressions of a row', () => {
  const params = {
    limit: param.number({ default: 15 }),
    since: param.date({ default: '2001-01-01' }),
    home: param.string({ default: 'x' }),
  };

  it('are literals of the values of the run', () => {
    const { plan } = definePipeline('limits', { params }, (p) => {
      const raw = p.ingest({ source: source.parquet('x'), schema: flights });
      p.feature(raw, {
        label: label.binary(
          and(gt(flights.delay, p.params.limit), gte(flights.date, p.params.since), ne(flights.origin, p.params.home)),
        ),
        split: split.byTime({ test: '1 day' }),
        columns: { far: feature.derive(gt(flights.distance, p.params.limit)) },
      });
    });
    const config = plan.steps[1]?.config ?? {};
    expect(resolveConfig(config, { limit: -2.5, since: '2001-02-03', home: "O'Hare" })).toMatchObject({
      label: { sql: "delay > (-2.5) AND date >= '2001-02-03'::TIMESTAMP AND origin <> 'O''Hare'" },
      columns: { far: { expression: { op: 'gt', operands: [{ column: 'distance', type: 'float' }, { value: -2.5 }] } } },
    });
  });

  it('must be of the kind that stands there', () => {
    const limit = { $param: 'limit' } as never;
    expect(() => dataOf(eq(flights.origin, limit), params)).toThrow('parameter "limit" is no text here');
    expect(() => dataOf(add(flights.delay, { $param: 'home' } as never), params)).toThrow('parameter "home" is no number here');
    expect(() => dataOf(gt(flights.date, '01/02/2003'), params)).toThrow('expected an ISO date');
  });
});
