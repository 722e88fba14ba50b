import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ModelSignature } from '../../../src/contracts/model.js';
import type { MonitorConfig } from '../../../src/contracts/stages/monitor.js';
import type { DuckDb } from '../../../src/data/duckdb.js';
import { openDuckDb } from '../../../src/data/duckdb.js';
import { isPipelineError, PipelineError } from '../../../src/errors/pipeline-error.js';
import type { ReadPosition } from '../../../src/monitoring/windows/read-position.js';
import type { Window } from '../../../src/monitoring/windows/window.js';
import type { ClosedWindows, WindowRows } from '../../../src/monitoring/windows/window-rows.js';
import { loadWindowRows, NONE_CLOSED, WINDOW_ROWS } from '../../../src/monitoring/windows/window-rows.js';
import { foldDays } from '../../../src/predictions/fold-day.js';
import { dayOf, dayPrefix, logFileName } from '../../../src/predictions/log-file-name.js';
import { listLog } from '../../../src/predictions/log-files.js';
import { parquetFile } from '../../../src/predictions/parquet/parquet-file.js';
import { encodeRecords } from '../../../src/serving/prediction-log/encode-records.js';
import { createArtifactStore } from '../../../src/store/artifacts/create-artifact-store.js';
import { createTestContext } from '../../test-context.js';
import { testFolder } from '../../test-folder.js';
import type { CountingStore } from '../predictions/counting-store.js';
import { createCountingStore } from '../predictions/counting-store.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** A week ago, midnight: days after it are over, today is not. */
const START = Math.floor(Date.now() / DAY) * DAY - 7 * DAY;
const SIGNATURE: ModelSignature = {
  inputs: [{ name: 'price', datatype: 'FP32', shape: [-1, 1], column: 'float', nullable: true }],
  outputs: [{ name: 'score', datatype: 'FP32', shape: [-1, 1] }],
};
const CONFIG = { endpoint: 'shop', clock: 'wall', everyMs: DAY } as const;

interface Row {
  readonly id: string;
  readonly eventMs: number;
  readonly loggedMs: number;
  readonly status?: number;
}

let store: CountingStore;
let db: DuckDb;
let writes = 0;
beforeAll(async () => {
  db = await openDuckDb({ scratch: testFolder('windows') });
});
afterAll(() => {
  db.close();
});
beforeEach(async () => {
  store = await createCountingStore();
});

/** Writes rows as one file of the day on which the last of them was logged. */
async function writeLog(rows: readonly Row[], replica = 'a'): Promise<void> {
  const records = rows.map(({ id, eventMs, loggedMs, status = 200 }) => ({
    ids: [id],
    eventTimesMs: [eventMs],
    loggedAtMs: loggedMs,
    model: 'shop',
    version: 1,
    variant: 'champion' as const,
    status,
    latencyMs: 1,
    scores: status === 200 ? Float32Array.of(0.5) : null,
    inputs: { signature: SIGNATURE, batch: { rows: 1, columns: [Float32Array.of(1)] } },
  }));
  const { groups, eventTime, loggedAt } = await encodeRecords(SIGNATURE, records);
  if (eventTime === null || loggedAt === null) throw new Error('no rows to write');
  const name = logFileName({ replica, incarnation: '0123abcd', first: writes, last: writes, eventTime, loggedAt });
  writes += 1;
  await store.put(`${dayPrefix('shop', dayOf(loggedAt.toMs))}${name}`, parquetFile(groups));
}

const load = (
  fromMs: number,
  toMs: number,
  clock: MonitorConfig['clock'] = 'wall',
  closed: ClosedWindows = NONE_CLOSED,
): Promise<WindowRows> =>
  loadWindowRows(db, createTestContext(createArtifactStore(store)), { ...CONFIG, clock }, SIGNATURE, { fromMs, toMs }, closed);

/** Ids of the rows of a window; none when it is empty. */
async function idsIn(fromMs: number, toMs: number, clock: MonitorConfig['clock']): Promise<string[]> {
  try {
    await load(fromMs, toMs, clock);
  } catch (error) {
    if (isPipelineError(error) && error.code === 'MONITOR_WINDOW_EMPTY') return [];
    throw error;
  }
  return (await db.query(`SELECT __id AS id FROM ${WINDOW_ROWS} ORDER BY 1`)).map((row) => String(row['id']));
}

async function fold(nowMs: number): Promise<string[]> {
  const scratch = testFolder('fold');
  const parts = { objects: store, db, scratch, signal: new AbortController().signal, nowMs };
  return foldDays(parts, await listLog(store, 'shop'));
}

describe('the rows of a window', () => {
  it('are in exactly one window of either clock, whenever they were logged, also when the log is folded', async () => {
    const rowArbitrary = fc.record({
      eventMs: fc.integer({ min: -DAY, max: 4 * DAY }),
      loggedMs: fc.integer({ min: 0, max: 4 * DAY }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(rowArbitrary, { minLength: 1, maxLength: 12 }), fc.nat(2), async (made, folds) => {
        store = await createCountingStore();
        const rows = made.map((row, n) => ({
          id: `r${String(n).padStart(2, '0')}`,
          eventMs: START + row.eventMs,
          loggedMs: START + row.loggedMs,
        }));
        for (let n = 0; n < rows.length; n += 3) await writeLog(rows.slice(n, n + 3));
        for (let n = 0; n < folds; n += 1) await fold(Date.now());
        for (const clock of ['wall', 'event'] as const) {
          const found: string[] = [];
          for (let from = -DAY; from < 5 * DAY; from += DAY)
            found.push(...(await idsIn(START + from, START + from + DAY, clock)));
          expect(found.sort()).toEqual(rows.map(({ id }) => id));
        }
      }),
      { numRuns: 4 },
    );
  });

  it('have each request id once: the last answer counts, and a retry that was answered is no failure', async () => {
    const row = (id: string, minute: number, status = 200): Row => ({
      id,
      eventMs: START,
      loggedMs: START + minute * 60_000,
      status,
    });
    await writeLog([row('a', 1), row('b', 1, 503), row('c', 1, 503)]);
    await writeLog([row('a', 2), row('b', 2), row('d', 2), row('d', 3)], 'b');
    const { rows, failedRatio } = await load(START, START + DAY);
    expect({ rows, failedRatio }).toEqual({ rows: 3, failedRatio: 0.25 });
  });

  it('count those that came too late for their own', async () => {
    const at = (id: string, eventMs: number, loggedMs: number): Row => ({
      id,
      eventMs: START + eventMs,
      loggedMs: START + loggedMs,
    });
    await writeLog([at('in time', 5 * HOUR, 5 * HOUR), at('within the grace', DAY - 1, DAY + 30_000)]);
    await writeLog([at('late', DAY - 1, DAY + 61_000), at('very late', -9 * DAY, DAY + HOUR), at('next', DAY + 1, DAY + HOUR)]);
    expect((await load(START, START + DAY)).late).toBe(0);
    expect((await load(START + DAY, START + 2 * DAY)).late).toBe(2);
  });

  it('on the event clock are in exactly one window, or counted once as late for one that was closed before they came into the log', async () => {
    const rowArbitrary = fc.record({
      eventMs: fc.integer({ min: 0, max: 4 * DAY - 1 }),
      loggedMs: fc.integer({ min: 0, max: 5 * DAY }),
      // From the answer to the file.
      lagMs: fc.integer({ min: 0, max: DAY }),
    });
    const closings = fc.array(fc.integer({ min: 0, max: 6 * DAY }), { minLength: 4, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(fc.array(rowArbitrary, { minLength: 1, maxLength: 12 }), closings, async (made, times) => {
        store = await createCountingStore();
        const rows = made
          .map((row, n) => ({ id: `r${n}`, eventMs: START + row.eventMs, loggedMs: START + row.loggedMs, lagMs: row.lagMs }))
          .sort((a, b) => a.loggedMs + a.lagMs - b.loggedMs - b.lagMs);
        let written = 0;
        const arriveBefore = async (ms: number): Promise<void> => {
          const some = rows.slice(written).filter(({ loggedMs, lagMs }) => loggedMs + lagMs < ms);
          if (some.length > 0) await writeLog(some);
          written += some.length;
        };
        const windows: Window[] = [];
        let lastMs: number | null = null;
        let position: ReadPosition | undefined;
        const places: number[] = [];
        const close = async (window: Window): Promise<void> => {
          try {
            const before = { windows: [...windows], lastMs, ...(position === undefined ? {} : { read: position }) };
            const { rows: inside, late, read } = await load(window.fromMs, window.toMs, 'event', before);
            position = read;
            windows.push(window);
            places.push(inside, late);
          } catch (error) {
            // Nothing is recorded of a window without rows: it is not closed.
            if (!isPipelineError(error) || error.code !== 'MONITOR_WINDOW_EMPTY') throw error;
          }
        };
        for (const [day, time] of times.sort((a, b) => a - b).entries()) {
          await arriveBefore(START + time);
          const before = windows.length;
          await close({ fromMs: START + day * DAY, toMs: START + (day + 1) * DAY });
          if (windows.length > before) lastMs = START + time;
        }
        await arriveBefore(Infinity);
        await writeLog([{ id: 'last', eventMs: START + 6 * DAY, loggedMs: START + 6 * DAY }]);
        const open = [0, 1, 2, 3].filter((day) => !windows.some(({ fromMs }) => fromMs === START + day * DAY));
        const closedBefore = [...windows];
        await close({ fromMs: START + 6 * DAY, toMs: START + 7 * DAY });
        for (const day of open) {
          const found = await idsIn(START + day * DAY, START + (day + 1) * DAY, 'event');
          places.push(found.length);
        }
        expect(places.reduce((sum, n) => sum + n, 0)).toBe(rows.length + 1);
        expect(windows.length).toBe(closedBefore.length + 1);
      }),
      { numRuns: 5 },
    );
  });

  it('are found although the files are folded while they are read', async () => {
    await writeLog([{ id: 'a', eventMs: START, loggedMs: START }]);
    await writeLog([{ id: 'b', eventMs: START, loggedMs: START }]);
    let folding = false;
    store.before = (request, key) => {
      if (request !== 'getFile' || folding || !key.endsWith('.parquet')) return;
      folding = true;
      throw new PipelineError('STORE_NOT_FOUND', { what: `${key} was folded` });
    };
    expect((await load(START, START + DAY)).rows).toBe(2);
  });
});

describe('requests to the store for a window', () => {
  it('do not grow with the log: days without its rows cost nothing, days that are over one index and their folded files', async () => {
    for (let day = 0; day < 6; day += 1) {
      for (let n = 0; n < 10; n += 1) {
        const at = START + day * DAY + n * HOUR;
        await writeLog([{ id: `${day}-${n}`, eventMs: at, loggedMs: at }], `replica-${n % 3}`);
      }
    }
    store.reset();
    expect((await load(START + DAY, START + 2 * DAY)).rows).toBe(10);
    expect(store.requests).toMatchObject({ list: 2, get: 0, getFile: 10 });

    expect(await fold(Date.now())).toHaveLength(3);
    expect((await fold(Date.now())).length).toBeGreaterThanOrEqual(2);
    store.reset();
    const { rows, listing } = await load(START + DAY, START + 2 * DAY);
    expect(rows).toBe(10);
    expect(store.requests).toMatchObject({ get: 1, getFile: 1, head: 0, put: 0 });
    expect(store.requests.list).toBeLessThanOrEqual(1 + 4);
    expect(listing.indexes.length).toBeGreaterThanOrEqual(5);
  });

  it('leave nothing of what was folded, an hour later', async () => {
    for (const id of ['a', 'b', 'c']) await writeLog([{ id, eventMs: START, loggedMs: START }]);
    await writeLog([{ id: 'd', eventMs: START + DAY, loggedMs: START + DAY }]);
    expect(await fold(START + DAY + 7 * HOUR)).toEqual([dayOf(START)]);
    expect(await keys(START)).toHaveLength(4);
    expect(await fold(Date.now() + 2 * HOUR)).toEqual([dayOf(START + DAY)]);
    expect(await keys(START)).toHaveLength(1);
    expect(await idsIn(START, START + 2 * DAY, 'wall')).toEqual(['a', 'b', 'c', 'd']);
  });
});

async function keys(dayMs: number): Promise<string[]> {
  const found: string[] = [];
  for await (const { key } of store.list(dayPrefix('shop', dayOf(dayMs)))) found.push(key);
  return found;
}
