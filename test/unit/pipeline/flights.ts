import {
  col,
  definePipeline,
  feature,
  gt,
  isPipelineError,
  label,
  param,
  schema,
  source,
  split,
  trainer,
} from '../../../src/index.js';
import type {
  DatasetReference,
  FeatureSetReference,
  ModelReference,
  Pipeline,
  PipelineBuilder,
  PipelineIssue,
  ValidationReference,
} from '../../../src/index.js';

export const flights = schema('flights', {
  date: col.timestamp({ eventTime: true }),
  distance: col.float({ min: 1 }),
  origin: col.category(),
  carrier: col.category(),
  delay: col.float().nullable(),
});

export const params = { from: param.date(), to: param.date(), trees: param.integer({ min: 1, default: 100 }) };
export type Builder = PipelineBuilder<typeof params>;

export const define = (build: (p: Builder) => unknown): Pipeline => definePipeline('flights', { params }, build);

interface Trained {
  readonly raw: DatasetReference<'flights'>;
  readonly checked: ValidationReference<'flights'>;
  readonly features: FeatureSetReference<'flights', 'binary'>;
  readonly model: ModelReference<'flights', 'binary'>;
}

/** The stages up to a model, with nothing wrong. */
export function trained(p: Builder): Trained {
  const raw = p.ingest({ source: source.parquet('flights.parquet'), schema: flights, window: [p.params.from, p.params.to] });
  const checked = p.validate(raw, { checks: [] });
  const features = p.feature(checked, {
    label: label.binary(gt(flights.delay, 15)),
    split: split.byTime({ test: '7 days' }),
    columns: {
      hour: feature.hourOf(flights.date),
      distance: feature.numeric(flights.distance),
      origin: feature.targetEncode(flights.origin),
    },
  });
  return { raw, checked, features, model: p.train(features, { trainer: trainer.gbdt({ trees: p.params.trees }) }) };
}

/** Rules and paths of everything that the linter reports. */
export function issuesOf(build: (p: Builder) => unknown): readonly PipelineIssue[] {
  try {
    define(build);
    return [];
  } catch (error) {
    if (!isPipelineError(error) || error.code !== 'AUTHORING_INVALID_PIPELINE') throw error;
    return (error.details as { readonly issues: readonly PipelineIssue[] }).issues;
  }
}

export const found = (build: (p: Builder) => unknown): readonly string[] =>
  issuesOf(build).map(({ rule, path }) => `${rule} ${path}`);
