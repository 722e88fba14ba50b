import { expect, it } from '@jest/globals';
import returns from '../../../examples/extending/pipeline.js';
import flights from '../../../examples/flight-delay/pipeline.js';
import { stepKinds } from '../../../src/pipeline/plan/step-kinds.js';

it('names the added kinds whose code a step calls, those of the steps before it among them', () => {
  const called = Object.fromEntries(
    [...stepKinds(returns.plan)].map(([id, kinds]) => [id, kinds.map(({ name }) => name).toSorted()]),
  );
  expect(called).toMatchObject({
    ingest: ['json_lines'],
    validate: ['matches'],
    feature: ['group', 'hour_cycle'],
    train: ['group', 'hour_cycle', 'logistic_regression'],
    evaluate: ['cost_per_row', 'group', 'hour_cycle', 'logistic_regression'],
    monitor: ['hellinger', 'missing_values'],
    retrain: ['missing_values'],
  });
});

it('names none of the built-in ones', () => {
  expect(stepKinds(flights.plan).size).toBe(0);
});
