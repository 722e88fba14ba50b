import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { ERROR_CODES } from '../../../src/errors/codes.js';
import type { ErrorCode } from '../../../src/errors/codes.js';
import type { RunResult } from '../../../src/contracts/run.js';
import { check, col, definePipeline, feature, gt, label, schema, source, split, sql } from '../../../src/index.js';
import type { Pipeline } from '../../../src/index.js';
import type { Label } from '../../../src/pipeline/kinds/label.js';
import { openObjectStore } from '../../../src/store/open-store.js';
import { runInProcess } from '../../../src/testing/index.js';
import { sql as query } from '../../unit/data/tiny-source.js';
import { DISK_BYTES, mountSmallDisk, unmount, whyNoSmallDisk } from '../store/small-disk.js';

const flights = schema('flights', {
  date: col.timestamp({ eventTime: true }),
  distance: col.float(),
  origin: col.category(),
  delay: col.float().nullable(),
});

/** A flight an hour for forty days from 2001-01-01 on. */
const ROWS = `SELECT TIMESTAMP '2001-01-01' + to_hours(range::INTEGER) AS date, 100.0 + range % 7 AS distance,
  ['SFO', 'JFK'][1 + range % 2] AS origin, (range % 40)::DOUBLE AS delay FROM range(960)`;

interface Given {
  readonly file?: string;
  readonly window?: readonly [from: string, to: string];
  readonly late?: Label<'binary', typeof flights.delay>;
}

function pipelineOf({
  file = 'good',
  window = ['2001-01-01', '2001-02-01'],
  late = label.binary(gt(flights.delay, 15)),
}: Given): Pipeline {
  return definePipeline('flights', { params: {} }, (p) => {
    const files = source.parquet(path.join(folder, `${file}.parquet`));
    const raw = p.ingest({ source: files, schema: flights, window, retry: { maximumAttempts: 1 } });
    const checked = p.validate(raw, { checks: [check.notNull(flights.distance)] });
    p.feature(checked, {
      label: late,
      split: split.byTime({ test: '7 days' }),
      columns: { distance: feature.numeric(flights.distance), origin: feature.targetEncode(flights.origin) },
    });
  });
}

interface Bad extends Given {
  readonly title: string;
  /** The step that must fail; those before it succeed. */
  readonly step: 'ingest' | 'feature';
  readonly code: ErrorCode;
  /** What is wrong, where, what was expected and got. The cure is that of the code table. */
  readonly says: readonly string[];
}

const TABLE: readonly Bad[] = [
  {
    title: 'a missing file',
    file: 'godo',
    step: 'ingest',
    code: 'DATA_SOURCE_MISSING',
    says: ['no file matches ', 'godo.parquet', 'got in ', 'good.parquet'],
  },
  {
    title: 'an empty window',
    window: ['2003-01-01', '2003-02-01'],
    step: 'ingest',
    code: 'DATA_WINDOW_EMPTY',
    says: [
      'no row between 2003-01-01 and 2003-02-01 in ',
      'good.parquet: got 960 rows from 2001-01-01T00:00:00.000Z to 2001-02-09T23:00:00.000Z',
    ],
  },
  {
    title: 'a wrong column type',
    file: 'wrong-type',
    step: 'ingest',
    code: 'DATA_COLUMN_TYPE',
    says: ['column "distance": expected a finite number, got VARCHAR in ', 'wrong-type.parquet'],
  },
  {
    title: 'a label column that the file lacks',
    file: 'no-label',
    step: 'ingest',
    code: 'DATA_COLUMN_MISSING',
    says: ['column "delay" missing in ', 'no-label.parquet: got the columns date, distance, origin'],
  },
  {
    title: 'a label column that the schema lacks',
    late: label.binary(sql`${flights.delay} > 15 AND lateness > 3`),
    step: 'feature',
    code: 'FEATURE_LABEL_INVALID',
    says: [
      'the label does not evaluate',
      '"lateness" not found',
      'in label delay > 15 AND lateness > 3: expected SQL over the columns delay',
    ],
  },
  {
    title: 'a Parquet file cut short',
    file: 'cut',
    step: 'ingest',
    code: 'DATA_SOURCE_CORRUPT',
    says: ['cut.parquet: ', 'No magic bytes', 'expected readable parquet'],
  },
  {
    title: 'a Parquet file damaged inside',
    file: 'damaged',
    step: 'ingest',
    code: 'DATA_SOURCE_CORRUPT',
    says: ['damaged.parquet: ', 'expected readable parquet'],
  },
];

let folder = '';
let store = '';

beforeAll(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'perennial-bad-data-'));
  store = path.join(folder, 'store');
  const write = (name: string, rows: string): Promise<unknown> => query(`COPY (${rows}) TO '${folder}/${name}.parquet'`);
  await write('good', ROWS);
  await write('no-label', `SELECT date, distance, origin FROM (${ROWS})`);
  await write('wrong-type', `SELECT * REPLACE ('far' AS distance) FROM (${ROWS})`);
  await write('large', `SELECT * REPLACE (random() AS distance) FROM (${ROWS}), range(40)`);
  const good = await fs.readFile(path.join(folder, 'good.parquet'));
  await fs.writeFile(path.join(folder, 'cut.parquet'), good.subarray(0, good.length / 2));
  await fs.writeFile(path.join(folder, 'damaged.parquet'), Buffer.from(good).fill(0x5a, 4, Math.floor(good.length * 0.6)));
});
afterAll(() => fs.rm(folder, { recursive: true, force: true }));

/** All that readers of a store see, with the version of each object. Run records and who else made the same content are left out. */
async function visible(uri: string): Promise<Readonly<Record<string, string>>> {
  const found: Record<string, string> = {};
  for await (const { key, etag } of (await openObjectStore(uri)).list('')) {
    if (!/^(runs|run-index|logs|objects|cache\/steps)\/|\/produced-by\//.test(key)) found[key] = etag;
  }
  return found;
}

/** Unfinished files in the store, and scratch folders of this process. */
async function leftovers(at: string): Promise<readonly string[]> {
  const scratch = await fs.readdir(path.join(os.tmpdir(), 'perennial')).catch(() => []);
  return [...(await fs.readdir(path.join(at, '.~tmp'))), ...scratch.filter((name) => name.endsWith(`~${process.pid}`))];
}

const ends = (result: RunResult): readonly string[] => result.steps.map(({ id, status }) => `${id} ${status}`);
const SUCCEEDED = ['ingest succeeded', 'validate succeeded', 'feature succeeded'];

describe('bad data, beside a run that went well,', () => {
  it.each(TABLE)('$title: fails step $step with $code, says all, and changes nothing', async ({ step, code, says, ...given }) => {
    expect(ends(await runInProcess(pipelineOf({}), {}, { store }))).toEqual(SUCCEEDED);
    const before = await visible(store);
    const result = await runInProcess(pipelineOf(given), {}, { store });
    const failed = result.steps.find(({ status }) => status === 'failed');
    expect([result.status, failed?.id, failed?.failure?.code]).toEqual(['failed', step, code]);
    const message = failed?.failure?.message ?? '';
    for (const part of [...says, ERROR_CODES[code].cure]) expect(message).toContain(part);
    expect(message).not.toMatch(/undefined|\[object|\n\s+at /);
    expect(await visible(store)).toEqual(before);
    expect(await leftovers(store)).toEqual([]);
  });
});

const noMount = await whyNoSmallDisk();
const PAGE = 4_096;

describe('a full disk below the store', () => {
  (noMount === null ? it : it.skip)(
    'fails the publishing step with STORE_FULL, shows nothing, and passes once there is room',
    async () => {
      const disk = path.join(folder, 'disk');
      await fs.mkdir(disk);
      await mountSmallDisk(disk);
      try {
        const ballast = path.join(disk, 'ballast');
        await fs.writeFile(ballast, Buffer.alloc(DISK_BYTES - 16 * PAGE));
        const full = await runInProcess(pipelineOf({ file: 'large' }), {}, { store: disk });
        expect(ends(full)).toEqual(['ingest failed', 'validate skipped', 'feature skipped']);
        expect(full.steps[0]?.failure).toMatchObject({
          code: 'STORE_FULL',
          message: expect.stringMatching(
            /^cannot write "objects\/[0-9a-f]{64}" \(ENOSPC: .*\) in store file:\/\/.*Free space or raise the limit/,
          ),
        });
        expect(Object.keys(await visible(disk)).filter((key) => key !== 'ballast')).toEqual([]);
        expect(await leftovers(disk)).toEqual([]);
        await fs.rm(ballast);
        expect(ends(await runInProcess(pipelineOf({}), {}, { store: disk }))).toEqual(SUCCEEDED);
      } finally {
        await unmount(disk);
      }
    },
  );
});
