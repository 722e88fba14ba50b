import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { check, col, definePipeline, feature, label, schema, source, split, sql } from '../../../src/index.js';
import { runInProcess } from '../../../src/testing/index.js';

const trips = schema('trips', { at: col.timestamp({ eventTime: true }), fare: col.float(), tip: col.boolean() });
const ROWS = [
  'at,fare,tip',
  ...Array.from({ length: 40 }, (_, day) => `${new Date(day * 86_400_000).toISOString()},${day},${day % 2}`),
];

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'perennial-from-step-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('files that a step published', () => {
  it('of a custom step are a data set that is checked and made features of, and read again only when they are others', async () => {
    let made = 0;
    const pipelineOf = (text: string) =>
      definePipeline('cleaned', {}, (p) => {
        const cleaned = p.step('clean', {
          cache: false,
          run: async (_inputs, { artifacts }) => {
            made += 1;
            const content = { bytes: Buffer.from(text) };
            return artifacts.publish({
              kind: 'files',
              files: [{ name: 'rows.csv', mediaType: 'text/csv', content }],
              meta: {},
              inputs: [],
            });
          },
        });
        const rows = p.ingest({ from: cleaned, source: source.csv('rows.csv'), schema: trips });
        const checked = p.validate(rows, { checks: [check.rowCount({ min: 40 }), check.between(trips.fare, { min: 0 })] });
        p.feature(checked, {
          label: label.binary(sql`${trips.tip}`),
          split: split.byTime({ test: '7 days' }),
          columns: { fare: feature.standardize(trips.fare) },
        });
      });
    const store = join(folder, 'store');
    const first = await runInProcess(pipelineOf(ROWS.join('\n')), {}, { store });
    expect(first.steps.map(({ id, status, failure }) => [id, status, failure?.message ?? null])).toEqual([
      ['clean', 'succeeded', null],
      ['ingest', 'succeeded', null],
      ['validate', 'succeeded', null],
      ['feature', 'succeeded', null],
    ]);
    const again = await runInProcess(pipelineOf(ROWS.join('\n')), {}, { store });
    expect(made).toBe(2);
    expect(again.steps.map(({ cached }) => cached)).toEqual([false, true, true, true]);
    const other = await runInProcess(pipelineOf(`${ROWS.join('\n')}\n2020-01-01T00:00:00Z,much,1`), {}, { store });
    expect(other.steps[1]).toMatchObject({ status: 'failed', failure: { code: 'DATA_COLUMN_TYPE' } });
  });

  it('of a program are those in its output folder', async () => {
    await writeFile(join(folder, 'rows.csv'), ROWS.join('\n'));
    const pipeline = definePipeline('programmed', {}, (p) => {
      const made = p.command('make', {
        command: ['sh', '-c', `cp ${join(folder, 'rows.csv')} output/rows.csv`],
        outputs: ['output/rows.csv'],
      });
      const rows = p.ingest({ from: made, source: source.csv('*.csv'), schema: trips });
      p.validate(rows, { checks: [check.rowCount({ min: 40 })] });
    });
    const { results, steps } = await runInProcess(pipeline, {}, { store: join(folder, 'programs') });
    expect(steps.map(({ failure }) => failure?.message ?? null)).toEqual([null, null, null]);
    expect(results['ingest']).toMatchObject({ meta: { rows: 40 } });
  });
});
