import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ModelSignature } from '../../../src/contracts/model.js';
import type { ColumnBatch } from '../../../src/serving/input/column-batch.js';
import { MicroBatcher, splitScores } from '../../../src/serving/model/micro-batcher.js';

const SIGNATURE: ModelSignature = {
  inputs: [
    { name: 'x', datatype: 'FP32', shape: [-1, 1], column: 'float' },
    { name: 'when', datatype: 'INT64', shape: [-1, 1], column: 'timestamp' },
    { name: 'name', datatype: 'BYTES', shape: [-1, 1], column: 'category' },
    { name: 'flag', datatype: 'BOOL', shape: [-1, 1], column: 'boolean' },
  ],
  outputs: [{ name: 'score', datatype: 'FP32', shape: [-1, 1] }],
};

const batchOf = (values: readonly number[]): ColumnBatch => ({
  rows: values.length,
  columns: [
    Float32Array.from(values),
    BigInt64Array.from(values.map((value) => BigInt(Math.trunc(value)))),
    values.map(String),
    Uint8Array.from(values.map((value) => value % 2)),
  ],
});

const double = async (batch: ColumnBatch): Promise<Float32Array> =>
  Float32Array.from(batch.columns[0] as Float32Array, (x) => 2 * x);

const nobody = { batch: () => undefined, queue: () => undefined };

describe('splitting a batch', () => {
  it('gives every caller its own rows in order, whatever the row counts', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 30 }), (counts) => {
        const rows = counts.reduce((sum, count) => sum + count, 0);
        const parts = splitScores(
          Float32Array.from({ length: rows }, (_, row) => row),
          counts,
        );
        expect(parts.map((part) => part.length)).toEqual(counts);
        expect(parts.flatMap((part) => Array.from(part))).toEqual(Array.from({ length: rows }, (_, row) => row));
      }),
    );
  });

  it('refuses a number of scores that is not the number of rows', () => {
    expect(() => splitScores(new Float32Array(3), [1, 1])).toThrow(expect.objectContaining({ code: 'SERVING_INFERENCE_FAILED' }));
  });
});

describe('the micro-batcher', () => {
  it('answers concurrent callers of any sizes with exactly their own scores, in batches within the row limit', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.integer({ min: 0, max: 1_000 }), { minLength: 1, maxLength: 9 }), { minLength: 1, maxLength: 20 }),
        fc.integer({ min: 1, max: 16 }),
        async (requests, maxRows) => {
          const sizes: { rows: number; callers: number }[] = [];
          const batcher = new MicroBatcher(
            SIGNATURE,
            double,
            { maxRows, maxDelayMs: 0, queueRows: 10_000 },
            { batch: (rows, callers) => sizes.push({ rows, callers }), queue: () => undefined },
          );
          const answers = await Promise.all(requests.map((values) => batcher.submit(batchOf(values), 5_000)));
          expect(answers.map((answer) => Array.from(answer.scores))).toEqual(requests.map((values) => values.map((x) => 2 * x)));
          expect(sizes.every(({ rows, callers }) => callers === 1 || rows <= maxRows)).toBe(true);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('gathers requests of the same moment into one call and computes a lone request at once', async () => {
    const calls: number[] = [];
    const batcher = new MicroBatcher(
      SIGNATURE,
      double,
      { maxRows: 64, maxDelayMs: 200, queueRows: 100 },
      { batch: (rows) => calls.push(rows), queue: () => undefined },
    );
    const startedAt = performance.now();
    await batcher.submit(batchOf([1]), 5_000);
    expect(performance.now() - startedAt).toBeLessThan(100);
    await Promise.all([1, 2, 3, 4, 5].map((value) => batcher.submit(batchOf([value]), 5_000)));
    expect(calls).toEqual([1, 5]);
  });

  it('joins the columns of every datatype in the order of the callers', async () => {
    const seen: ColumnBatch[] = [];
    const batcher = new MicroBatcher(
      SIGNATURE,
      (batch) => {
        seen.push(batch);
        return double(batch);
      },
      { maxRows: 64, maxDelayMs: 0, queueRows: 100 },
      nobody,
    );
    await Promise.all([batcher.submit(batchOf([1, 2]), 5_000), batcher.submit(batchOf([3]), 5_000)]);
    expect(seen[0]?.columns.map((column) => Array.from<unknown>(column))).toEqual([
      [1, 2, 3],
      [1n, 2n, 3n],
      ['1', '2', '3'],
      [1, 0, 1],
    ]);
  });

  it('turns a request away with SERVING_OVERLOADED when the queue is full, and answers those that wait', async () => {
    const batcher = new MicroBatcher(SIGNATURE, double, { maxRows: 4, maxDelayMs: 0, queueRows: 3 }, nobody);
    const first = batcher.submit(batchOf([1, 2, 3]), 5_000);
    await expect(batcher.submit(batchOf([4]), 5_000)).rejects.toMatchObject({ code: 'SERVING_OVERLOADED', retryable: true });
    expect(Array.from((await first).scores)).toEqual([2, 4, 6]);
  });

  it('fails a request with SERVING_TIMEOUT when the model is busy past its deadline, and never computes it', async () => {
    const computed: number[] = [];
    let finish = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const batcher = new MicroBatcher(
      SIGNATURE,
      async (batch) => {
        computed.push(batch.rows);
        await gate;
        return double(batch);
      },
      { maxRows: 4, maxDelayMs: 0, queueRows: 100 },
      nobody,
    );
    const first = batcher.submit(batchOf([1]), 5_000);
    await new Promise((resolve) => setImmediate(resolve));
    await expect(batcher.submit(batchOf([1, 2]), 30)).rejects.toMatchObject({ code: 'SERVING_TIMEOUT' });
    finish();
    await first;
    await new Promise((resolve) => setImmediate(resolve));
    expect(computed).toEqual([1]);
  });

  it('fails only the caller whose rows break the model or score NaN', async () => {
    const brittle = async (batch: ColumnBatch): Promise<Float32Array> => {
      const [x] = batch.columns as [Float32Array];
      if (x.includes(13)) throw new TypeError('thirteen');
      return Float32Array.from(x, (value) => (value === 7 ? NaN : value));
    };
    const batcher = new MicroBatcher(SIGNATURE, brittle, { maxRows: 64, maxDelayMs: 0, queueRows: 100 }, nobody);
    const answers = await Promise.allSettled([[1], [13], [7, 8], [2]].map((values) => batcher.submit(batchOf(values), 5_000)));
    expect(answers.map((answer) => answer.status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
    expect(answers[1]).toMatchObject({ reason: { code: 'SERVING_INFERENCE_FAILED' } });
    expect(answers[2]).toMatchObject({ reason: { code: 'SERVING_INFERENCE_FAILED' } });
  });
});
