import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import type { MonitorConfig } from '../../../src/contracts/stages/monitor.js';
import { withDuckDb } from '../../../src/data/duckdb.js';
import type { FileSource } from '../../../src/contracts/dataset.js';
import { measurePerformance } from '../../../src/monitoring/windows/performance.js';
import { WINDOW_ROWS } from '../../../src/monitoring/windows/window-rows.js';

const folder = await mkdtemp(join(tmpdir(), 'perennial-labels-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Ten predictions, of which the label files know nine delays: those of rows 8 and 9 are no numbers. */
const DELAYS = 'SELECT i::VARCHAR AS request_id, CASE WHEN i >= 8 THEN NaN ELSE i * 10 END AS delay FROM range(1, 10) r(i)';

async function measure(format: 'csv' | 'parquet', file: string) {
  const config: Partial<MonitorConfig> = {
    labels: { source: { format, path: file } as FileSource, key: 'request_id', sql: 'delay::DOUBLE > 45', delayMs: 0 },
    minLabelCoverage: 0.5,
    performance: [],
  };
  return withDuckDb({ scratch: folder }, async (db) => {
    if (format === 'parquet') await db.run(`COPY (${DELAYS.replace('NaN', `'NaN'::DOUBLE`)}) TO '${file}'`);
    await db.run(`CREATE TABLE ${WINDOW_ROWS} AS SELECT i::VARCHAR AS __id, i / 10 AS __score FROM range(10) r(i)`);
    return measurePerformance(db, config as MonitorConfig, 'binary', { scratch: folder, signal: new AbortController().signal });
  });
}

describe('labels that are no numbers', () => {
  it('are missing in Parquet, not greater than every number', async () => {
    expect(await measure('parquet', join(folder, 'labels.parquet'))).toMatchObject({
      labelCoverage: 0.7,
      performance: { roc_auc: 1 },
    });
  });

  it('are missing in CSV', async () => {
    const file = join(folder, 'labels.csv');
    const delays = ['10', '20', '30', '40', '50', '60', '70', 'NaN', ' nan'];
    await writeFile(file, ['request_id,delay', ...delays.map((delay, n) => `${n + 1},${delay}`), ''].join('\n'));
    expect(await measure('csv', file)).toMatchObject({ labelCoverage: 0.7, performance: { roc_auc: 1 } });
  });
});
