import type { FeatureConfig, TransformSpec } from '../../contracts/stages/feature.js';
import { isPlainObject, type JsonObject } from '../../contracts/json.js';
import type { DuckDb } from '../../data/duckdb.js';
import { forBlocks } from '../../data/column-blocks.js';
import { identifier, sqlQuote } from '../../contracts/sql-text.js';
import { withDefaults } from '../../kinds/options-of.js';
import { inputsOf } from './encode-sql.js';
import type { Encoder } from './encoder.js';
import { isJson } from '../../store/json/canonical-json.js';
import { rawColumnsOf, stateOf, wrongResult } from './encoder.js';
import type { FittedLookup, TargetLookup } from '../rows/label-lookup.js';
import type { RowsOf } from '../rows/split-rows.js';
import type { FitSubject, TransformKind } from '../transform-definition.js';
import { MEMBERS_OF_ENCODERS, TRANSFORMS } from '../transforms.js';

export interface FittedEncoders {
  readonly encoders: readonly Encoder[];
  /** Encodings by labels, by feature: out-of-fold values for training rows, values of all training rows for others. */
  readonly trainLookups: ReadonlyMap<string, TargetLookup>;
  readonly testLookups: ReadonlyMap<string, TargetLookup>;
}

type Feature = { readonly feature: string; readonly spec: TransformSpec; readonly kind: TransformKind };

/**
 * Fits every transform on the training rows alone, in SQL. Deterministic to the bit: sums run in row order.
 * @param train - relation with the raw columns, `__label` the row's position `__row`, and `__turn`.
 */
export async function fitEncoders(
  db: DuckDb,
  train: RowsOf,
  columns: FeatureConfig['columns'],
  onFitted: (done: number, total: number) => void,
): Promise<FittedEncoders> {
  const features = Object.entries(columns).map(([feature, spec]): Feature => ({
    feature,
    spec,
    kind: TRANSFORMS.named(spec.transform),
  }));
  const encoders = new Map<string, Encoder>();
  const trainLookups = new Map<string, TargetLookup>();
  const testLookups = new Map<string, TargetLookup>();
  const needed = ({ spec }: Feature): string[] => [...rawColumnsOf(spec).map(identifier), '__label', '__row', '__turn'];
  await db.exactOrder(() =>
    forBlocks(db, train, features, needed, async (rows, some, first) => {
      for (const [position, one] of some.entries()) {
        if (one.kind.lookup !== undefined) {
          const { encoder, fitted } = await fitLookup(db, rows, one, `target_${String(first + position)}`);
          encoders.set(one.feature, encoder);
          trainLookups.set(one.feature, fitted.outOfFold);
          testLookups.set(one.feature, fitted.full);
        }
        onFitted(first + position + 1, features.length);
      }
      for (const alike of byKind(some)) {
        const states = await fitAlike(db, rows, alike);
        for (const [position, one] of alike.entries()) encoders.set(one.feature, encoderOf(one, states[position]));
      }
    }),
  );
  return { encoders: features.flatMap(({ feature }) => encoders.get(feature) ?? []), trainLookups, testLookups };
}

/** Fits a transform that learns from labels. @param table - a free name for its tables. */
export async function fitLookup(
  db: DuckDb,
  rows: string,
  one: Feature,
  table: string,
): Promise<{ readonly encoder: Encoder; readonly fitted: FittedLookup }> {
  const { kind, spec } = one;
  const fitted = await kind.lookup?.fit(db, rows, inputsOf(kind, rawColumnsOf(spec)), optionsOf(one), table);
  if (fitted === undefined) throw new TypeError(`the transform "${kind.name}" learns nothing from labels`);
  return { encoder: encoderOf(one, fitted.state), fitted };
}

/** Those that learn nothing from labels, by their transform. */
function byKind(features: readonly Feature[]): readonly (readonly Feature[])[] {
  const groups = new Map<TransformKind, Feature[]>();
  for (const one of features) {
    if (one.kind.lookup === undefined) groups.set(one.kind, [...(groups.get(one.kind) ?? []), one]);
  }
  return [...groups.values()];
}

/** States of features of one transform. */
async function fitAlike(db: DuckDb, rows: string, features: readonly Feature[]): Promise<readonly (JsonObject | undefined)[]> {
  const { fit, fitTogether } = features[0]?.kind ?? {};
  const read = [...new Set(features.flatMap(({ spec }) => rawColumnsOf(spec)))].map(identifier);
  const subjects = features.map((one): FitSubject => ({
    rows: `(SELECT ${read.join(', ')} FROM ${rows})`,
    inputs: inputsOf(one.kind, rawColumnsOf(one.spec)),
    options: optionsOf(one),
    query: (sql) => db.query(sql),
    quote: sqlQuote,
  }));
  if (fitTogether !== undefined) return await fitTogether(subjects);
  const states: JsonObject[] = [];
  for (const subject of subjects) states.push(fit === undefined ? subject.options : await fit(subject));
  return states;
}

const optionsOf = ({ kind, spec }: Feature): JsonObject => withDefaults(kind.options, stateOf(spec)) as JsonObject;

function encoderOf({ feature, spec, kind }: Feature, state: JsonObject | undefined): Encoder {
  if (!isState(kind, state)) {
    const part = kind.fitTogether === undefined ? 'fit' : 'fitTogether';
    throw wrongResult(kind, part, `a plain JSON object without ${MEMBERS_OF_ENCODERS.join(', ')}, its numbers finite`);
  }
  const named = kind.takes === 'columns' ? { columns: rawColumnsOf(spec) } : { column: rawColumnsOf(spec)[0] ?? '' };
  return { feature, transform: kind.name, ...named, ...state };
}

/** Those of this package are not walked: they may hold a value for each of a million keys. */
function isState({ name }: TransformKind, state: JsonObject | undefined): state is JsonObject {
  if (!isPlainObject(state) || MEMBERS_OF_ENCODERS.some((member) => Object.hasOwn(state, member))) return false;
  return TRANSFORMS.originOf(name) === undefined || isJson(state);
}
