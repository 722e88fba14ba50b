import { PipelineError } from '../errors/pipeline-error.js';
import { checkDefinition } from '../kinds/check-definition.js';
import type { OptionsSchema } from '../kinds/json-schema.js';
import { createKindList } from '../kinds/kind-list.js';
import type { OptionsOf } from '../kinds/options-of.js';
import { filesOfCallers } from '../modules/defining-file.js';
import type {
  ColumnsTransformDefinition,
  ColumnTransformDefinition,
  TransformKind,
  TransformNeed,
} from './transform-definition.js';
import { type ColumnsTransform, columnsTransform, type ColumnTransform, columnTransform } from './transform-kind.js';
import { derive } from './transforms/derive.js';
import { hourOf } from './transforms/hour-of.js';
import { numeric } from './transforms/numeric.js';
import { oneHot } from './transforms/one-hot.js';
import { standardize } from './transforms/standardize.js';
import { targetEncode } from './transforms/target-encode.js';
import { weekdayOf } from './transforms/weekday-of.js';

/** Every transform by the name that the plan has of it. */
export const TRANSFORMS = createKindList<TransformKind>('transform', 'transform', [
  hourOf.kind,
  weekdayOf.kind,
  numeric.kind,
  standardize.kind,
  oneHot.kind,
  targetEncode.kind,
  derive.kind,
]);

/** Members that an encoder has beside its state, and a step of the plan beside its options. */
export const MEMBERS_OF_ENCODERS = ['feature', 'transform', 'column', 'columns'] as const;
const NEEDS: readonly unknown[] = ['number', 'numeric', 'timestamp', 'category', 'text'] satisfies readonly TransformNeed[];

/**
 * Adds a transform of one's own and gives its constructor: `logOf(orders.price)` of one with `column`, `ratio(orders.paid, orders.price, { most: 3 })`
 * of one with `columns`. `sql` makes the training rows and `onnx` what the model serves: both must give the same bits, which `transformContract` of
 * `perennial-ml/testing` tries. Its functions run in the feature and train steps.
 * @throws PipelineError `EXTENSION_INVALID`, `EXTENSION_NAME_TAKEN`.
 */
export function defineTransform<
  const Schema extends OptionsSchema,
  const Need extends TransformNeed,
  const Name extends string,
  State extends object = OptionsOf<Schema>,
>(definition: ColumnTransformDefinition<Schema, Need, State> & { readonly name: Name }): ColumnTransform<Schema, Need, Name>;
export function defineTransform<
  const Schema extends OptionsSchema,
  const Need extends TransformNeed,
  const Name extends string,
  State extends object = OptionsOf<Schema>,
>(definition: ColumnsTransformDefinition<Schema, Need, State> & { readonly name: Name }): ColumnsTransform<Schema, Need, Name>;
export function defineTransform(definition: AnyDefinition): { readonly kind: TransformKind } {
  checkDefinition('transform', definition, {
    functions: ['sql', 'onnx'],
    optional: ['fit', 'fitTogether', 'features', 'problems'],
    values: ['column', 'columns'],
  });
  const { column, columns, options } = definition as Partial<Record<'column' | 'columns', unknown>> & Partial<AnyDefinition>;
  if ((column === undefined) === (columns === undefined))
    throw invalid('a transform has either `column` or `columns`', 'one of the two');
  if (!NEEDS.includes(column ?? columns))
    throw invalid('what a transform asks of its columns is wrong', `one of ${NEEDS.join(', ')}`);
  if (options === undefined) throw invalid('`options` of a transform is missing', 'a JSON Schema such as { properties: {} }');
  const taken = MEMBERS_OF_ENCODERS.filter((name) => Object.hasOwn(options.properties, name));
  if (taken.length > 0) throw invalid(`an option of a transform is not called ${taken.join(', ')}`, 'another name');
  const made =
    'columns' in definition ? columnsTransform(definition.name, definition) : columnTransform(definition.name, definition);
  TRANSFORMS.add(made.kind, { files: filesOfCallers(defineTransform) });
  return made;
}

type AnyDefinition =
  | ColumnTransformDefinition<OptionsSchema, TransformNeed, object>
  | ColumnsTransformDefinition<OptionsSchema, TransformNeed, object>;

const invalid = (what: string, expected: string): PipelineError => new PipelineError('EXTENSION_INVALID', { what, expected });
