import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { pino } from 'pino';
import type { ModelSignature, TensorSpec } from '../../../src/contracts/model.js';
import { PipelineError } from '../../../src/errors/pipeline-error.js';
import { filesOf, listLog } from '../../../src/predictions/log-files.js';
import { PredictionLog } from '../../../src/serving/prediction-log/prediction-log.js';
import type { PredictionLogOptions } from '../../../src/serving/prediction-log/prediction-log.js';
import type { PredictionRecord } from '../../../src/serving/prediction-log/prediction-record.js';
import { temporaryFolder, sql } from '../data/tiny-source.js';
import type { CountingStore } from '../predictions/counting-store.js';
import { createCountingStore } from '../predictions/counting-store.js';

const OPTIONS: PredictionLogOptions = {
  maxBuffered: 1_000_000,
  maxBufferedBytes: 64 << 20,
  flushRows: 1_000_000,
  flushMs: 3_600_000,
};
const NOW = Date.UTC(2026, 0, 5, 12);
const EVERYTHING = { by: 'eventTime', fromMs: -8.64e15, toMs: 8.64e15 } as const;

let store: CountingStore;
beforeEach(async () => {
  store = await createCountingStore();
});
afterEach(() => {
  jest.useRealTimers();
});

const input = (name: string, datatype: TensorSpec['datatype'], column: NonNullable<TensorSpec['column']>): TensorSpec => ({
  name,
  datatype,
  shape: [-1, 1],
  column,
  nullable: true,
});
const signatureOf = (...inputs: TensorSpec[]): ModelSignature => ({
  inputs,
  outputs: [{ name: 'score', datatype: 'FP32', shape: [-1, 1] }],
});
const SEEN = signatureOf(input('seen', 'INT64', 'timestamp'));

const record = (
  ids: readonly string[],
  signature: ModelSignature = SEEN,
  columns: readonly PredictionRecordColumn[] = [BigInt64Array.from(ids, () => 0n)],
): PredictionRecord => ({
  ids,
  eventTimesMs: ids.map(() => NOW),
  loggedAtMs: NOW,
  model: 'flights',
  version: 1,
  variant: 'champion',
  status: 200,
  latencyMs: 1.5,
  scores: Float32Array.from(ids, () => 0.5),
  inputs: { signature, batch: { rows: ids.length, columns } },
});
type PredictionRecordColumn = NonNullable<PredictionRecord['inputs']>['batch']['columns'][number];

interface Counts {
  written: number;
  dropped: number;
  putAside: number;
}

function openLog(options: Partial<PredictionLogOptions> = {}, replica = 'a'): { log: PredictionLog; counts: Counts } {
  const counts: Counts = { written: 0, dropped: 0, putAside: 0 };
  const add = (kind: keyof Counts) => (rows: number) => {
    counts[kind] += rows;
  };
  const log = new PredictionLog({
    objects: store,
    endpoint: 'flights',
    replica,
    options: { ...OPTIONS, ...options },
    log: pino({ level: 'silent' }),
    observer: { written: add('written'), dropped: add('dropped'), putAside: add('putAside') },
  });
  return { log, counts };
}

async function rowsOfLog(columns = '*'): Promise<Record<string, unknown>[]> {
  const folder = await temporaryFolder();
  const files = await filesOf(store, await listLog(store, 'flights'), [EVERYTHING]);
  const paths = await Promise.all(
    files.map(async ({ key }, index) => {
      const path = join(folder, `${index}.parquet`);
      await writeFile(path, (await store.get(key)).bytes);
      return `'${path}'`;
    }),
  );
  return sql(`SELECT ${columns} FROM read_parquet([${paths.join(', ')}], union_by_name = true) ORDER BY request_id`);
}

async function keysUnder(prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list(prefix)) keys.push(key);
  return keys;
}

const away = (): void => {
  throw new PipelineError('STORE_UNREACHABLE', { what: 'no route to the store' });
};

describe('the prediction log', () => {
  it('puts a row that cannot be written aside, and writes all others of its request and of the others', async () => {
    const { log, counts } = openLog();
    for (let n = 0; n < 20; n += 1) log.record(record([`good-${n}`]));
    const times = BigInt64Array.from([1n, 9_223_372_036_854_775_807n, 2n]);
    log.record(record(['x', 'bad', 'z'], SEEN, [times]));
    expect(await log.flush()).toBe(true);
    log.record(record(['after']));
    await log.close();
    expect(counts).toEqual({ written: 23, dropped: 0, putAside: 1 });
    const ids = (await rowsOfLog('request_id')).map((row) => row['request_id']);
    expect(ids).toEqual(expect.arrayContaining(['good-0', 'good-19', 'x', 'z', 'after']));
    expect(ids).toHaveLength(23);
    const [aside = ''] = await keysUnder('predictions-aside/flights/');
    const lines = (await store.get(aside)).bytes.toString().trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { request_id: 'bad', inputs: { seen: '9223372036854775807' }, reason: expect.stringContaining('beyond what the log') },
    ]);
  });

  it('keeps at most a thousand bad rows, and counts all', async () => {
    const { log, counts } = openLog();
    const ids = Array.from({ length: 1_500 }, (_, n) => `${n}`);
    log.record(record(ids, SEEN, [BigInt64Array.from(ids, () => 2n ** 62n)]));
    log.record(record(['good']));
    await log.close();
    expect(counts).toEqual({ written: 1, dropped: 0, putAside: 1_500 });
    const [aside = ''] = await keysUnder('predictions-aside/flights/');
    expect((await store.get(aside)).bytes.toString().trimEnd().split('\n')).toHaveLength(1_000);
  });

  it('writes inputs that are called like its own columns, in any case', async () => {
    const names = ['Status', 'MODEL', 'Version', 'variant', 'Score', 'input_status', 'Request_Id'];
    const { log, counts } = openLog();
    log.record(
      record(
        ['a'],
        signatureOf(...names.map((name) => input(name, 'BYTES', 'category'))),
        names.map((name) => [name]),
      ),
    );
    await log.close();
    expect(counts).toEqual({ written: 1, dropped: 0, putAside: 0 });
    const [row = {}] = await rowsOfLog();
    expect(row).toMatchObject({ status: 200, model: 'flights', version: 1, request_id: 'a' });
    for (const name of names) expect(row[`input_${name}`]).toBe(name);
  });

  it('keeps rows while the store is away, drops by bytes what it has no room for, and writes the rest once', async () => {
    const { log, counts } = openLog({ maxBufferedBytes: 1 << 20 });
    store.before = away;
    const long = signatureOf(input('text', 'BYTES', 'category'));
    for (let n = 0; n < 20; n += 1) log.record(record([`${n}`], long, [['x'.repeat(100_000)]]));
    expect(counts.dropped).toBe(15);
    expect(await log.flush()).toBe(false);
    expect(await log.flush()).toBe(false);
    log.record(record(['too late'], long, [['x'.repeat(100_000)]]));
    expect(counts.dropped).toBe(16);
    store.before = () => undefined;
    expect(await log.flush()).toBe(true);
    log.record(record(['room again']));
    await log.close();
    expect(counts).toEqual({ written: 6, dropped: 16, putAside: 0 });
    expect((await rowsOfLog('request_id')).map((row) => row['request_id'])).toEqual(['0', '1', '2', '3', '4', 'room again']);
  });

  it('waits twice as long after each failure, half a minute at most', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'queueMicrotask', 'nextTick'] });
    const { log } = openLog({ flushRows: 1 });
    const times: number[] = [];
    store.before = () => {
      times.push(Date.now());
      away();
    };
    log.record(record(['a']));
    while (times.length < 8) {
      await new Promise((resolve) => setImmediate(resolve));
      jest.advanceTimersByTime(500);
    }
    const waits = times.slice(1).map((time, index) => Math.floor((time - (times[index] ?? 0)) / 1_000));
    expect(waits).toEqual([1, 2, 4, 8, 16, 30, 30]);
  });

  it('never writes over the files of another server of its name', async () => {
    for (const id of ['x', 'y']) {
      const { log } = openLog({}, 'twin');
      log.record(record([id]));
      await log.close();
    }
    expect((await rowsOfLog('request_id')).map((row) => row['request_id'])).toEqual(['x', 'y']);
  });

  it('folds its small files into one, and readers see each row once before and after the small ones are gone', async () => {
    const { log } = openLog();
    for (let n = 0; n < 65; n += 1) {
      log.record(record([String(n).padStart(3, '0')]));
      await log.flush();
    }
    const files = await keysUnder('predictions/flights/');
    expect(files).toHaveLength(66);
    const ids = Array.from({ length: 65 }, (_, n) => String(n).padStart(3, '0'));
    expect((await rowsOfLog('request_id')).map((row) => row['request_id'])).toEqual(ids);
    const small = files.filter((key) => /-000\d\d\d_e/.test(key) && !/-000\d\d\d-000\d\d\d_e/.test(key)).slice(0, 60);
    for (const key of small) await store.delete(key);
    expect((await rowsOfLog('request_id')).map((row) => row['request_id'])).toEqual(ids);
  });

  it('reads back what it wrote: every type, missing values and texts that repeat', async () => {
    const signature = signatureOf(
      input('at', 'INT64', 'timestamp'),
      input('price', 'FP32', 'float'),
      input('count', 'INT64', 'integer'),
      input('flag', 'BOOL', 'boolean'),
      input('maybe', 'FP32', 'boolean'),
      input('origin', 'BYTES', 'category'),
    );
    const rows = 9_000;
    const each = <Value>(make: (n: number) => Value): Value[] => Array.from({ length: rows }, (_, n) => make(n));
    const { log } = openLog();
    log.record(
      record(
        each((n) => String(n).padStart(5, '0')),
        signature,
        [
          BigInt64Array.from(each((n) => BigInt(n - 4_500) * 86_400_000n * 365n)),
          Float32Array.from(each((n) => (n % 3 === 0 ? NaN : n / 10))),
          BigInt64Array.from(each((n) => BigInt(n) * 2n ** 49n - 2n ** 62n)),
          Uint8Array.from(each((n) => n % 2)),
          Float32Array.from(each((n) => (n % 5 === 0 ? NaN : n % 2))),
          each((n) => (n % 7 === 0 ? '' : `Flughafen ${['München', '東京', '✈'][n % 3] ?? ''}`)),
        ],
      ),
    );
    await log.close();
    const written = await rowsOfLog('epoch_ms("at")::DOUBLE AS "at", price, "count", flag, maybe, origin');
    expect(written).toHaveLength(rows);
    const expected = each((n) => ({
      at: (n - 4_500) * 86_400_000 * 365,
      price: n % 3 === 0 ? null : Math.fround(n / 10),
      count: BigInt(n) * 2n ** 49n - 2n ** 62n,
      flag: n % 2 === 1,
      maybe: n % 5 === 0 ? null : n % 2 === 1,
      origin: n % 7 === 0 ? null : `Flughafen ${['München', '東京', '✈'][n % 3] ?? ''}`,
    }));
    expect(isDeepStrictEqual(written, expected)).toBe(true);
  });
});
