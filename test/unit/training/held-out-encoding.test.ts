import { describe, expect, it } from '@jest/globals';
import { trainOperations } from '../../../activities/stages/train.js';
import type { FeatureConfig } from '../../../src/contracts/stages/feature.js';
import { feature } from '../../../src/features/feature.js';
import { createTestContext } from '../../test-context.js';
import { datasetOf, schemaOf, temporaryStore } from '../data/tiny-source.js';
import { PARAMETERS } from './synthetic.js';

const SCHEMA = schemaOf(
  { name: 'at', type: 'timestamp', nullable: false, eventTime: true },
  { name: 'key', type: 'category', nullable: false },
  { name: 'label', type: 'integer', nullable: false },
);
const HOUR_MS = 3_600_000;
// 2,000 training hours. The key tells the label, but the keys of the newest tenth are others: what they tell nobody knew before.
const ROWS = `SELECT TIMESTAMP '2001-01-01' + to_hours(range::INTEGER) AS at,
  CASE WHEN range < 1800 THEN 'old-' ELSE 'new-' END || (range * 7 % 20) AS key, (range * 7 % 20) % 2 AS label FROM range(2010)`;
const CONFIG: FeatureConfig = {
  label: { task: 'binary', sql: 'label' },
  split: { by: 'time', testMs: 10 * HOUR_MS },
  columns: { key: { transform: 'target_encode', columns: ['key'], smoothing: 5, folds: 5 } },
};

describe('the rows that early stopping looks at', () => {
  it('are encoded by the labels of the rows before them, never by those of their own time', async () => {
    const store = await temporaryStore();
    const dataset = await datasetOf(store, ROWS, SCHEMA);
    const features = await feature({ config: CONFIG, inputs: { dataset }, arguments: {} }, createTestContext(store));
    const metrics = new Map<string, number>();
    const context = createTestContext(store, { metric: (name, value) => void metrics.set(name, value) });
    const trainer = { ...PARAMETERS, trees: 20, earlyStopping: 20 };
    const task = { config: { threads: 1, seed: 7, trainer }, inputs: { features }, arguments: {} };
    await trainOperations.train(task, context);
    expect(metrics.get('valid_log_loss')).toBeGreaterThan(0.6);

    const { meta } = await trainOperations.train(
      { ...task, config: { ...task.config, trainer: { ...trainer, earlyStopping: 0 } } },
      context,
    );
    expect(meta.trainRows).toBe(2_000);
    expect(metrics.get('train_log_loss')).toBeLessThan(0.2);
  });
});
