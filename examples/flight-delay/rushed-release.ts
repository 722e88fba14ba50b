import { definePipeline, feature, gate, gt, label, param, rollout, source, split, trainer } from 'perennial-ml';
import { flights } from './pipeline.js';

/**
 * A release in a hurry: three trees, a gate that any model passes, and a latency promise that no server can keep.
 * The canary finds out and the roll-out undoes itself; the champion serves on.
 */
export default definePipeline('rushed-release', { params: { from: param.date(), to: param.date() } }, (p) => {
  const raw = p.ingest({
    source: source.parquet('node_modules/vega-datasets/data/flights-3m.parquet'),
    schema: flights,
    window: [p.params.from, p.params.to],
  });
  const features = p.feature(raw, {
    label: label.binary(gt(flights.delay, 15)),
    split: split.byTime({ test: '2 days' }),
    columns: {
      hour: feature.hourOf(flights.date),
      distance: feature.numeric(flights.distance),
      route: feature.targetEncode(flights.origin, flights.destination),
    },
  });
  const model = p.train(features, { trainer: trainer.gbdt({ trees: 3 }) });
  const evaluation = p.evaluate(model, {
    model: 'flight-delay',
    metrics: ['roc_auc'],
    gate: gate.betterThanChampion('roc_auc', { margin: 1, samples: 100, guards: {} }),
    refit: false,
  });
  p.deploy(evaluation, {
    endpoint: 'flight-delay',
    rollout: rollout.canary([5, 100], { bake: '2 seconds', health: { maxP99: '10 microseconds', minRequests: 1 } }),
  });
});
