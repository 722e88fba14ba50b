import {
  check,
  col,
  definePipeline,
  drift,
  feature,
  gate,
  gt,
  label,
  lt,
  notify,
  on,
  param,
  PipelineError,
  rollout,
  schema,
  source,
  split,
  trainer,
} from 'perennial-ml';

/** Nothing but steps that need each other, one of them a program. */
export const plain = definePipeline(
  'plain',
  { params: { from: param.date({ default: '2001-01-01' }), to: param.date({ default: '2001-01-02' }) } },
  (p) => {
    const first = p.step('first', { run: (_, { parameters }) => ({ from: parameters['from'] }) });
    const left = p.command('left', { command: ['true'], after: [first] });
    const right = p.step('right', { inputs: { first }, run: () => 2 });
    return p.step('last', { inputs: { right }, after: [left], run: ({ right: value }) => value + 1 });
  },
);

/** Everything that a graph can have beside steps. One run at a time, so that it asks to be let in. */
export const rich = definePipeline(
  'rich',
  {
    params: {},
    hooks: { onSuccess: [notify.stdout()], onBlocked: [notify.stdout()] },
    concurrency: { runs: 1 },
    team: 'one',
    priority: 2,
  },
  (p) => {
    const score = p.step('score', { run: () => 3 });
    const { met, otherwise } = p.when(
      gt(score, 2),
      () => ({ good: p.step('good', { inputs: { score }, run: () => 'good' }) }),
      () => ({ bad: p.step('bad', { run: () => 'bad' }) }),
    );
    const word = p.join('word', [met.good, otherwise.bad], { mode: 'first' });
    const halved = p.loop('halved', {
      times: 5,
      start: score,
      body: (previous) => p.step('half', { inputs: { previous }, run: ({ previous: value }) => value / 2 }),
      until: (last) => lt(last, 1),
    });
    const release = p.approval('release', { message: 'ship it?', expires: '1 hour', after: [word, halved] });
    p.step('ship', { inputs: { release, word }, run: ({ word: said }) => said });
    p.finally('tidy', { run: ({ outcome }) => outcome });
  },
);

export const light = definePipeline('light', { params: {} }, (p) => {
  const one = p.step('one', { light: true, run: () => 1 });
  const two = p.step('two', { light: true, inputs: { one }, run: (inputs) => inputs.one + 1 });
  return p.step('three', { light: true, inputs: { two }, run: (inputs) => inputs.two + 1 });
});

let answers = false;

/** A light step that finds its store away once. */
export const patient = definePipeline('patient', { params: {} }, (p) =>
  p.step('asks', {
    light: true,
    retry: { maximumAttempts: 2 },
    run: () => {
      if (!answers) {
        answers = true;
        throw new PipelineError('STORE_UNREACHABLE', { what: 'the store does not answer yet' });
      }
      return 'answered';
    },
  }),
);

let mended = false;

/** A body that is run again after the call in it had succeeded. */
export const repeated = definePipeline('repeated', { params: {} }, (p) =>
  p.loop('again', {
    times: 1,
    start: 0,
    onFailure: 'block',
    body: () => {
      const called = p.call('called', plain, { params: {} });
      return p.step('after', {
        inputs: { called },
        retry: { maximumAttempts: 1 },
        run: (inputs) => {
          if (mended) return inputs.called;
          mended = true;
          throw new PipelineError('EXECUTION_STEP_FAILED', { what: 'it was not mended yet' });
        },
      });
    },
    until: (last) => gt(last, 100),
  }),
);

/** Light steps side by side, which end in another order than they start, and what follows each. */
export const ragged = definePipeline('ragged', { params: {} }, (p) =>
  p.map(
    'items',
    Array.from({ length: 12 }, (_, item) => item),
    (item) => {
      const waited = p.step('waited', {
        light: true,
        inputs: { item },
        run: async (inputs) => {
          await new Promise((resolve) => setTimeout(resolve, (inputs.item * 37) % 50));
          return inputs.item;
        },
      });
      return p.step('doubled', { light: true, inputs: { waited }, run: (inputs) => inputs.waited * 2 });
    },
    { concurrency: 4 },
  ),
);

const flights = schema('flights', {
  date: col.timestamp({ eventTime: true }),
  distance: col.float({ min: 1 }),
  origin: col.category(),
  delay: col.float().nullable(),
});

/** The eight stages on four days of flights. */
export const life = definePipeline('life', { params: { from: param.date(), to: param.date() } }, (p) => {
  const raw = p.ingest({
    source: source.parquet('node_modules/vega-datasets/data/flights-3m.parquet'),
    schema: flights,
    window: [p.params.from, p.params.to],
    publish: 'flights',
  });
  const checked = p.validate(raw, { checks: [check.notNull(flights.delay, { mostly: 0.9 })] });
  const features = p.feature(checked, {
    label: label.binary(gt(flights.delay, 15)),
    split: split.byTime({ test: '1 day' }),
    columns: { hour: feature.hourOf(flights.date), distance: feature.numeric(flights.distance) },
  });
  const model = p.train(features, { trainer: trainer.gbdt({ trees: 3 }) });
  const evaluation = p.evaluate(model, { metrics: ['roc_auc'], gate: gate.betterThanChampion('roc_auc', { samples: 100 }) });
  const canary = rollout.canary([50, 100], { bake: '100 milliseconds', health: { ready: '30 seconds' } });
  const endpoint = p.deploy(evaluation, { rollout: canary });
  const monitor = p.monitor(endpoint, {
    every: '1 day',
    clock: 'event',
    drift: [drift.wasserstein(flights.distance, { max: 0.1 })],
  });
  p.retrain(monitor, { on: [on.drift()] });
});

/** Starts when `life` has published its data set. */
export const follower = definePipeline('follower', { params: {}, triggers: [on.dataset('flights')] }, (p) =>
  p.step('only', { run: () => 1 }),
);
