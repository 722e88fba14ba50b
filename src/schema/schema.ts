import { isPlainObject } from '../contracts/json.js';
import { checkCall, type Kind } from '../errors/check-call.js';
import { aText, made, recordOf } from '../errors/kinds.js';
import type { ColumnSpec, ColumnType, SchemaSpec } from '../contracts/dataset.js';
import { isReservedColumn } from '../contracts/store/prediction-row.js';
import { PipelineError } from '../errors/pipeline-error.js';
import { someOf } from '../errors/some-of.js';
import type { Column, ColumnOf } from './column.js';
import { createColumn } from './column.js';
import type { ColumnField } from './column-field.js';

/** Column types by column name: what the compiler knows of a schema. */
export type ColumnTypes = { readonly [name: string]: ColumnType };

/** Where a schema keeps its specification: no column can have this key. */
const SPECIFICATION: unique symbol = Symbol('specification');

/** A schema of that name, whatever its columns. */
export interface SchemaNamed<Name extends string> {
  readonly [SPECIFICATION]: SchemaSpec & { readonly name: Name };
}

/** A schema: each column is a property of its own name, `flights.date`. `schemaOf` gives the plain specification. */
export type Schema<Name extends string = string, Columns extends ColumnTypes = ColumnTypes> = SchemaNamed<Name> & {
  readonly [Each in keyof Columns & string]: Column<Each, Columns[Each], Name>;
};

type Fields = { readonly [name: string]: ColumnField };

export const aSchema: Kind = { expected: 'schema(...)', holds: (value) => isSchema(value) };

const MAXIMUM_NAME_LENGTH = 128;

const aColumn = made(
  'a column such as col.float() or col.category()',
  ({ column }) => typeof column === 'object' && column !== null,
);

/**
 * Declares the rows of a data set; one declaration drives ingest, validation, features and the serving signature.
 * @throws PipelineError `AUTHORING_INVALID_SCHEMA` with every problem: no columns, reserved or unusable names, two event times,
 *   a nullable event time, bounds that no value meets, an empty or repeating list of categories.
 */
export function schema<const Name extends string, const Given extends Fields>(
  name: Name,
  columns: Given,
): Schema<Name, { readonly [Each in keyof Given]: Given[Each]['column']['type'] }> {
  checkCall('schema', { name, columns }, { name: aText, columns: recordOf(aColumn) });
  const specs = Object.entries(columns).map(([column, { column: spec }]): ColumnSpec => Object.freeze({ name: column, ...spec }));
  const problems = [...schemaProblems(name, specs), ...specs.flatMap(columnProblems)];
  if (problems.length > 0) {
    throw new PipelineError('AUTHORING_INVALID_SCHEMA', {
      what: problems.join('; '),
      where: `schema "${name}"`,
      details: { schema: name, problems },
    });
  }
  const specification = Object.freeze({ name, columns: Object.freeze(specs) });
  // Without a prototype: a column may have any name, also that of what every object has.
  const made = Object.create(null) as object;
  for (const { name: column, type } of specs)
    Object.defineProperty(made, column, { value: createColumn(column, type, name), enumerable: true });
  Object.defineProperty(made, SPECIFICATION, { value: specification });
  // Its properties are the columns that the compiler was told of.
  return Object.freeze(made) as Schema<Name, { readonly [Each in keyof Given]: Given[Each]['column']['type'] }>;
}

export function isSchema(value: unknown): value is SchemaNamed<string> {
  return isPlainObject(value) && SPECIFICATION in value;
}

/** The plain specification of a schema: its name and its columns, in order. */
export function schemaOf<Name extends string>(declared: SchemaNamed<Name>): SchemaSpec & { readonly name: Name } {
  checkCall('schemaOf', { schema: declared }, { schema: aSchema });
  return declared[SPECIFICATION];
}

/**
 * The column of that name, for schemas whose columns are known at run time only.
 * @throws PipelineError `AUTHORING_UNKNOWN_COLUMN`, listing the columns that there are.
 */
export function column<Of extends string>(declared: SchemaNamed<Of>, name: string): ColumnOf<Of> {
  checkCall('column', { schema: declared, name }, { schema: aSchema, name: aText });
  const specification = schemaOf(declared);
  return createColumn(name, columnNamed(specification, name).type, specification.name);
}

function schemaProblems(name: string, columns: readonly ColumnSpec[]): string[] {
  const eventTimes = columns.filter((column) => column.eventTime === true).map((column) => column.name);
  const seen = new Set<string>();
  const twins = columns.map((column) => column.name).filter((name) => seen.size === seen.add(name.toLowerCase()).size);
  return [
    ...(name === '' ? ['a schema needs a name'] : []),
    ...(columns.length === 0 ? ['a schema needs at least one column'] : []),
    ...(twins.length > 0 ? [`column names must differ in more than case, got ${twins.join(', ')} twice`] : []),
    ...(eventTimes.length > 1 ? [`only one column may be the event time, got ${eventTimes.join(', ')}`] : []),
  ];
}

function columnProblems(column: ColumnSpec): string[] {
  const { name, min, max, values } = column;
  const at = `column "${name}"`;
  const problems: string[] = [];
  if (name === '' || name.length > MAXIMUM_NAME_LENGTH || /\p{Cc}/u.test(name)) {
    problems.push(`${at}: a name has 1 to ${MAXIMUM_NAME_LENGTH} printable characters`);
  }
  if (isReservedColumn(name)) {
    problems.push(`${at}: names that start with __ or raw_ and the names score, features are reserved, in capitals too`);
  }
  if (column.eventTime === true && column.nullable) problems.push(`${at}: the event time may not be nullable`);
  if ([min, max].some((bound) => bound !== undefined && !Number.isFinite(bound))) problems.push(`${at}: bounds must be finite`);
  if (min !== undefined && max !== undefined && min > max) problems.push(`${at}: min ${min} is above max ${max}`);
  if (values?.length === 0) problems.push(`${at}: values lists no category`);
  if (values !== undefined && new Set(values).size < values.length) problems.push(`${at}: values lists a category twice`);
  return problems;
}

/** The column that says when a row happened, or null. */
export function eventTimeOf(spec: SchemaSpec): string | null {
  return spec.columns.find((column) => column.eventTime === true)?.name ?? null;
}

/** @throws PipelineError `AUTHORING_UNKNOWN_COLUMN`, listing the columns that there are. */
export function columnNamed(spec: SchemaSpec, name: string): ColumnSpec {
  const found = spec.columns.find((column) => column.name === name);
  if (found !== undefined) return found;
  throw new PipelineError('AUTHORING_UNKNOWN_COLUMN', {
    what: `column "${name}" is unknown`,
    where: `schema "${spec.name}"`,
    expected: `one of ${someOf(spec.columns.map((column) => column.name))}`,
  });
}
