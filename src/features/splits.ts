import { PipelineError } from '../errors/pipeline-error.js';
import { checkDefinition } from '../kinds/check-definition.js';
import type { OptionsSchema } from '../kinds/json-schema.js';
import { createKindList } from '../kinds/kind-list.js';
import { filesOfCallers } from '../modules/defining-file.js';
import { type ColumnNeed, TYPES_THAT_MEET } from '../pipeline/lint/column-use.js';
import type { SplitDefinition, SplitKind } from './split-definition.js';
import { type SplitConstructor, splitKind } from './split-kind.js';
import { byTime } from './splits/by-time.js';

/** Every split by the name that the plan has of it. */
export const SPLITS = createKindList<SplitKind>('split', 'by', [byTime.kind]);

/** Members that a split has in the plan beside its options. */
export const MEMBERS_OF_SPLITS = ['by', 'column'] as const;

/**
 * Adds a split of one's own and gives its constructor: `byGroup(orders.customer, { test: 0.2 })`, or `byMonth()` of one that takes no column. It
 * runs in the feature step, in a process of its own; its code counts in the cache key.
 * @throws PipelineError `EXTENSION_INVALID`, `EXTENSION_NAME_TAKEN`.
 */
export function defineSplit<const Schema extends OptionsSchema, const Need extends ColumnNeed | null, const Name extends string>(
  definition: SplitDefinition<Schema, Need> & { readonly name: Name },
): SplitConstructor<Schema, Need, Name> {
  checkDefinition('split', definition, { functions: ['sides'], optional: ['problems'], values: ['column'] });
  const { column, options } = definition as unknown as Partial<SplitKind>;
  if (column !== null && (column === undefined || !Object.hasOwn(TYPES_THAT_MEET, column)))
    throw invalid('`column` of a split is wrong', `one of ${Object.keys(TYPES_THAT_MEET).join(', ')}, or null`);
  if (options === undefined) throw invalid('`options` of a split is missing', 'a JSON Schema such as { properties: {} }');
  const taken = MEMBERS_OF_SPLITS.filter((name) => Object.hasOwn(options.properties, name));
  if (taken.length > 0) throw invalid(`an option of a split is not called ${taken.join(', ')}`, 'another name');
  const made = splitKind<Schema, Need, Name>(definition.name, definition);
  SPLITS.add(made.kind, { files: filesOfCallers(defineSplit) });
  return made;
}

const invalid = (what: string, expected: string): PipelineError => new PipelineError('EXTENSION_INVALID', { what, expected });
