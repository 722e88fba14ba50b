import type { ColumnType } from '../../contracts/dataset.js';
import type { ColumnTypes } from '../../schema/schema.js';

/** What an option asks of the column that it names. */
export type ColumnNeed = 'any' | 'number' | 'timestamp' | 'category' | 'discrete' | 'numeric';

type TypesThatMeet = {
  readonly any: ColumnType;
  readonly number: 'float' | 'integer';
  readonly timestamp: 'timestamp';
  readonly category: 'category';
  readonly discrete: 'category' | 'boolean';
  readonly numeric: 'float' | 'integer' | 'boolean';
};

/** Names of the columns whose type meets a need; any string when the columns are not known to the compiler. */
export type ColumnName<Columns extends ColumnTypes, Need extends ColumnNeed = 'any'> = string extends keyof Columns
  ? string
  : { [Name in keyof Columns]: Columns[Name] extends TypesThatMeet[Need] ? Name : never }[keyof Columns] & string;

/** The run-time twin of `ColumnName`, for the linter. */
export const TYPES_THAT_MEET = {
  any: ['timestamp', 'float', 'integer', 'boolean', 'category', 'text'],
  number: ['float', 'integer'],
  timestamp: ['timestamp'],
  category: ['category'],
  discrete: ['category', 'boolean'],
  numeric: ['float', 'integer', 'boolean'],
} as const satisfies Record<ColumnNeed, readonly ColumnType[]>;
