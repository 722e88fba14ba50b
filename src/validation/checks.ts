import { PipelineError } from '../errors/pipeline-error.js';
import { checkDefinition } from '../kinds/check-definition.js';
import type { OptionsSchema } from '../kinds/json-schema.js';
import { createKindList } from '../kinds/kind-list.js';
import { filesOfCallers } from '../modules/defining-file.js';
import { TYPES_THAT_MEET } from '../pipeline/lint/column-use.js';
import type { CheckNeed } from '../pipeline/options/check.js';
import type { CheckDefinition, CheckKind } from './check-definition.js';
import { type CheckConstructor, checkKind } from './check-kind.js';
import { between } from './checks/between.js';
import { freshness } from './checks/freshness.js';
import { inSet } from './checks/in-set.js';
import { notNull } from './checks/not-null.js';
import { rowCount } from './checks/row-count.js';
import { unique } from './checks/unique.js';

/** Every check by the name that the plan has of it. */
export const CHECKS = createKindList<CheckKind>('check', 'check', [
  rowCount.kind,
  notNull.kind,
  between.kind,
  inSet.kind,
  unique.kind,
  freshness.kind,
]);

const OPTIONS_OF_EVERY_CHECK = ['id', 'severity', 'mostly', 'where'];

/**
 * Adds a check of one's own and gives its constructor: `matches(people.mail, { pattern: '.+@.+', mostly: 0.99 })`, or `covers({ days: 7 })` of one
 * that takes no column. Its functions write SQL for DuckDB and run in the validate step, in a process of their own; their code counts in the
 * cache key. All checks of a step are computed in one pass over the rows, so a statement that fails fails the step.
 * @throws PipelineError `EXTENSION_INVALID`, `EXTENSION_NAME_TAKEN`.
 */
export function defineCheck<const Schema extends OptionsSchema, const Need extends CheckNeed, const Name extends string>(
  definition: CheckDefinition<Schema, Need> & { readonly name: Name },
): CheckConstructor<Schema, Need, Name> {
  checkDefinition('check', definition, {
    functions: [],
    optional: ['rule', 'measure', 'problems'],
    values: ['column', 'changesWithTime', 'byValue'],
  });
  const { rule, measure, column, options } = definition as unknown as Partial<CheckKind>;
  if ((rule === undefined) === (measure === undefined))
    throw invalid('a check has either `rule` or `measure`', 'one of the two functions');
  if (column !== null && column !== 'event time' && (column === undefined || !Object.hasOwn(TYPES_THAT_MEET, column)))
    throw invalid('`column` of a check is wrong', `one of ${Object.keys(TYPES_THAT_MEET).join(', ')}, event time, or null`);
  if (options === undefined) throw invalid('`options` of a check is missing', 'a JSON Schema such as { properties: {} }');
  const taken = OPTIONS_OF_EVERY_CHECK.filter((name) => Object.hasOwn(options.properties, name));
  if (taken.length > 0) throw invalid(`every check has the option ${taken.join(', ')} already`, 'other names of options');
  const made = checkKind<Schema, Need, Name>(definition.name, definition);
  CHECKS.add(made.kind, { files: filesOfCallers(defineCheck) });
  return made;
}

const invalid = (what: string, expected: string): PipelineError => new PipelineError('EXTENSION_INVALID', { what, expected });
