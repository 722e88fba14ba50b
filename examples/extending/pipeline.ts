import { col, definePipeline, eq, feature, gate, label, notify, on, param, schema, score } from 'perennial-ml';
import { byGroup } from './by-group.js';
import { costPerRow } from './cost-per-row.js';
import { hellinger } from './hellinger.js';
import { hourCycle } from './hour-cycle.js';
import { jsonLines } from './json-lines.js';
import { linear } from './linear.js';
import { logisticRegression } from './logistic-regression.js';
import { matches } from './matches.js';
import { missingValues } from './missing-values.js';

export const orders = schema('orders', {
  at: col.timestamp({ eventTime: true }),
  customer: col.category(),
  product: col.text(),
  amount: col.float({ unit: 'euro', min: 0 }),
  items: col.integer({ min: 1 }),
  returned: col.boolean(),
});

const params = { url: param.string({ default: 'https://orders.example.com/lines' }), from: param.date(), to: param.date() };

/** Will an order be sent back? Each part of it but the label and the standardization is a kind that this folder adds. */
export default definePipeline('returns', { params, hooks: { onSuccess: [notify.stdout()] } }, (p) => {
  const raw = p.ingest({ source: jsonLines({ url: p.params.url }), schema: orders, window: [p.params.from, p.params.to] });
  const checked = p.validate(raw, { checks: [matches(orders.product, { pattern: '[A-Z]{2}-[0-9]{4}', mostly: 0.99 })] });
  const features = p.feature(checked, {
    label: label.binary(eq(orders.returned, true)),
    split: byGroup(orders.customer, { test: 0.3 }),
    columns: { hour: hourCycle(orders.at), amount: feature.standardize(orders.amount), items: feature.standardize(orders.items) },
  });
  const model = p.train(features, { trainer: logisticRegression({ l2: 0.1 }) });
  const evaluation = p.evaluate(model, {
    metrics: ['roc_auc', costPerRow],
    gate: gate.betterThanChampion(costPerRow, { guards: { log_loss: '1%' } }),
  });
  const endpoint = p.deploy(evaluation, { rollout: linear({ step: 50, every: '1 second' }) });
  const monitor = p.monitor(endpoint, { every: '7 days', drift: [hellinger(orders.amount), hellinger(score)] });
  p.retrain(monitor, { on: [on.drift(), missingValues({ column: 'amount' })] });
});
