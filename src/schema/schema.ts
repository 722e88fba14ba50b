import { checkCall } from '../errors/check-call.js';
import { aText, made, recordOf } from '../errors/kinds.js';
import type { ColumnSpec, ColumnType, SchemaSpec } from '../contracts/dataset.js';
import { isReservedColumn } from '../contracts/store/prediction-row.js';
import { PipelineError } from '../errors/pipeline-error.js';
import { someOf } from '../errors/some-of.js';
import type { Column } from './column.js';

/** Column types by column name: what the compiler knows of a schema. */
export type ColumnTypes = { readonly [name: string]: ColumnType };

declare const COLUMNS: unique symbol;

/** A schema's plain specification; the column names and types ride along for the compiler only. */
export type Schema<Columns extends ColumnTypes = ColumnTypes> = SchemaSpec & { readonly [COLUMNS]?: Columns };

type ColumnShape = { readonly [name: string]: Column };
type TypesOf<Shape extends ColumnShape> = { readonly [Name in keyof Shape]: Shape[Name]['column']['type'] };

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
export function schema<const Shape extends ColumnShape>(name: string, columns: Shape): Schema<TypesOf<Shape>> {
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
  return Object.freeze({ name, columns: Object.freeze(specs) });
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
