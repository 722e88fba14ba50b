import type { ColumnType } from '../contracts/dataset.js';
import { PipelineError } from '../errors/pipeline-error.js';

/** A column of a schema, as pipeline files name it: `flights.date`. The compiler knows its name, its type and the name of its schema. */
export interface Column<Name extends string = string, Type extends ColumnType = ColumnType, Of extends string = string> {
  readonly name: Name;
  readonly type: Type;
  readonly schema: Of;
}

/** Any column of the schema of that name. */
export type ColumnOf<Of extends string> = Column<string, ColumnType, Of>;

/** The run-time object behind every column: refuses to be a string or a number. */
class NamedColumn<Name extends string, Type extends ColumnType, Of extends string> implements Column<Name, Type, Of> {
  readonly name: Name;
  readonly type: Type;
  readonly schema: Of;

  constructor(name: Name, type: Type, schema: Of) {
    this.name = name;
    this.type = type;
    this.schema = schema;
    Object.freeze(this);
  }

  [Symbol.toPrimitive](): never {
    throw new PipelineError('AUTHORING_REFERENCE_AS_VALUE', {
      what: `the column "${this.name}" of schema "${this.schema}" was used as a string or a number`,
      where: 'a pipeline definition',
      cure: 'Pass the column itself, such as flights.date, or take its `name`.',
    });
  }
}

export function createColumn<Name extends string, Type extends ColumnType, Of extends string>(
  name: Name,
  type: Type,
  schema: Of,
): Column<Name, Type, Of> {
  return new NamedColumn(name, type, schema);
}

export function isColumn(value: unknown): value is Column {
  return value instanceof NamedColumn;
}

/** The word in place of a schema's name in what the model gives. No schema is called so. */
export type OfTheModel = '(the model)';

/** What the model predicts: the probability of a binary label, or the number of a regression. Drift is measured of it as of a column. */
export const score: Column<'score', 'float', OfTheModel> = createColumn('score', 'float', '(the model)');
