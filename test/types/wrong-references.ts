// Checked by `npm run typecheck`: every line under an expectation must not compile.
import {
  col,
  definePipeline,
  eq,
  gate,
  gt,
  label,
  param,
  range,
  schema,
  source,
  split,
  feature,
  trainer,
} from '../../src/index.js';
import type { EvaluationReference, Pipeline, Ref, Reference } from '../../src/index.js';
import { defineMetric } from '../../src/extend/index.js';

const rows = schema('rows', { at: col.timestamp({ eventTime: true }), size: col.float(), late: col.boolean() });
const spread = defineMetric({ name: 'spread', task: 'binary', better: 'higher', undefinedWhen: 'no rows', compute: () => 1 });

interface Score {
  readonly auc: number;
  readonly part: { readonly inner: { readonly deepest: string | null } | null };
  readonly list: readonly number[];
  readonly note?: string;
  readonly constructor: never;
  readonly next: Score | null;
}
declare const called: Pipeline<object, Score>;

export const fields = definePipeline('fields', { params: { wanted: param.number() } }, (p) => {
  const score = p.call('score', called);
  const auc: Ref<number> = score.auc;
  const deepest: Ref<string | null> = score.part.inner.deepest;
  const far: Reference<number> = score.next.next.next.auc;
  const { list } = score;
  p.step('uses', {
    inputs: { auc, deepest, far, list, next: score.next, whole: score },
    run: (given) => [
      given.auc + given.far,
      given.deepest?.length ?? 0,
      given.list.length,
      given.next?.auc ?? 0,
      given.whole.part.inner?.deepest ?? '',
    ],
  });
  const mapped = p.map('mapped', score.list, (item, index) =>
    p.step('item', { inputs: { item, index }, run: () => ({ size: 1 }) }),
  );
  p.map('again', mapped, (item) => p.step('size', { inputs: { size: item.size }, run: ({ size }) => size + 1 }));
  p.map('counted', range(3), () => p.step('one', { run: () => 1 }), { description: 'counts' });
  const trained = p.command('train', {
    command: ['./train.sh'],
    metrics: { loss: /loss=(.*)/ },
    result: { best: param.number() },
  });
  const tested = p.python('test', { script: 'test.py' });
  gt(trained.metrics.loss, trained.value.best);
  eq(tested.exitCode, 0);
  p.step('files', { inputs: { files: trained.output.meta.files }, run: ({ files }) => files + 1 });
  const round = p.loop('round', {
    times: 3,
    start: score.next,
    body: (previous) => p.step('half', { inputs: { auc: previous.auc }, run: (): Score | null => null }),
    until: (last) => gt(last.auc, p.params.wanted),
  });
  gt(round.result.auc, 1);

  const raw = p.ingest({ source: source.parquet('rows.parquet'), schema: rows });
  const features = p.feature(raw, {
    label: label.binary(rows.late),
    split: split.byTime({ test: '1 day' }),
    columns: { size: feature.numeric(rows.size) },
  });
  const model = p.train(features, { trainer: trainer.gbdt() });
  gt(features.meta.trainRows, model.meta.trees);
  const every = p.evaluate(model);
  const asked = p.evaluate(model, { metrics: ['log_loss', spread], gate: gate.betterThanChampion('brier') });
  const judged = p.evaluate(model, { gate: gate.betterThanChampion(spread) });
  gt(every.metrics.roc_auc, every.metrics.f1);
  gt(asked.metrics.log_loss, asked.metrics.spread);
  gt(asked.metrics.brier, judged.metrics.spread);
  eq(asked.decision, 'blessed');
  p.step('reads', {
    inputs: { asked, loss: asked.metrics.log_loss },
    run: ({ asked: { metrics }, loss }) => [metrics.log_loss, metrics.spread, metrics.brier, loss],
  });
  const either: EvaluationReference<'rows', 'binary'> = p.join('either', [every, asked], { mode: 'first' });
  const endpoint = p.deploy(either);
  p.deploy(asked, { id: 'second', endpoint: 'second' });
  gt(endpoint.version, 1);

  // @ts-expect-error the result has no such field
  score.acu;
  // @ts-expect-error nor inside of a field that may be null
  score.part.inner.deep;
  // @ts-expect-error a number has no fields
  score.auc.toFixed;
  // @ts-expect-error a text has none either
  deepest.length;
  // @ts-expect-error a list is read in a step
  score.list[0];
  // @ts-expect-error a list is read in a step
  score.list.length;
  // @ts-expect-error a name that every object has is no field
  gt(score.constructor, 1);
  // @ts-expect-error no such item field
  p.map('wrong', mapped, (item) => p.step('x', { inputs: { size: item.sise }, run: () => 1 }));
  // @ts-expect-error another kind
  eq(score.part.inner.deepest, 1);
  // @ts-expect-error not among the decisions
  eq(asked.decision, 'blest');
  // @ts-expect-error not asked for
  asked.metrics.roc_auc;
  // @ts-expect-error of another task
  every.metrics.rmse;
  // @ts-expect-error not asked for, inside a step too
  p.step('unasked', { inputs: { asked }, run: ({ asked: { metrics } }) => metrics.roc_auc });
  // @ts-expect-error no metric that the command was asked for
  gt(trained.metrics.los, 1);
  // @ts-expect-error the result has another name
  trained.value.worst;
  // @ts-expect-error a field of an evaluation is no evaluation
  p.deploy(asked.evaluation);
});
