import {
  binary,
  byTime,
  category,
  date,
  definePipeline,
  float,
  gbdt,
  hourOf,
  integer,
  isPipelineError,
  numeric,
  parquet,
  schema,
  sql,
  targetEncode,
  timestamp,
} from '../../../src/index.js';
import type {
  DatasetReference,
  FeatureSetReference,
  ModelReference,
  Pipeline,
  PipelineBuilder,
  PipelineIssue,
  Schema,
  ValidationReference,
} from '../../../src/index.js';

export const flights = schema('flights', {
  date: timestamp({ eventTime: true }),
  distance: float({ min: 1 }),
  origin: category(),
  carrier: category(),
  delay: float().nullable(),
});

export const params = { from: date(), to: date(), trees: integer({ min: 1, default: 100 }) };
export type Builder = PipelineBuilder<typeof params>;

export const define = (build: (p: Builder) => unknown): Pipeline => definePipeline('flights', { params }, build);

type Columns = typeof flights extends Schema<infer Types> ? Types : never;
interface Trained {
  readonly raw: DatasetReference<Columns>;
  readonly checked: ValidationReference<Columns>;
  readonly features: FeatureSetReference<Columns, 'binary'>;
  readonly model: ModelReference<Columns, 'binary'>;
}

/** The stages up to a model, with nothing wrong. */
export function trained(p: Builder): Trained {
  const raw = p.ingest({ source: parquet('flights.parquet'), schema: flights, window: { from: p.params.from, to: p.params.to } });
  const checked = p.validate(raw, { checks: [] });
  const features = p.feature(checked, {
    label: binary(sql`delay > 15`),
    split: byTime({ test: '7 days' }),
    columns: { hour: hourOf('date'), distance: numeric('distance'), origin: targetEncode('origin') },
  });
  return { raw, checked, features, model: p.train(features, { trainer: gbdt({ trees: p.params.trees }) }) };
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
