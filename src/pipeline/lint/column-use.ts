import type { ColumnType } from '../../contracts/dataset.js';
import type { Column } from '../../schema/column.js';

/** What an option asks of the column that it names. */
export type ColumnNeed = 'any' | 'number' | 'timestamp' | 'category' | 'text' | 'numeric' | 'measurable';

/** Column types that meet a need. */
export const TYPES_THAT_MEET = {
  any: ['timestamp', 'float', 'integer', 'boolean', 'category', 'text'],
  number: ['float', 'integer'],
  timestamp: ['timestamp'],
  category: ['category'],
  text: ['category', 'text'],
  numeric: ['float', 'integer', 'boolean'],
  measurable: ['float', 'integer', 'boolean', 'category'],
} as const satisfies Record<ColumnNeed, readonly ColumnType[]>;

type NeedInWords = {
  readonly any: 'any column';
  readonly number: 'a float or an integer';
  readonly timestamp: 'a timestamp';
  readonly category: 'a category';
  readonly text: 'a category or a text';
  readonly numeric: 'a float, an integer or a boolean';
  readonly measurable: 'a float, an integer, a boolean or a category';
};

type Article<Type extends ColumnType> = Type extends 'integer' ? 'an' : 'a';

/**
 * The column when its type meets the need; else the words of what is wrong, to which no column is assignable: the compiler's error says them.
 * A column whose type the compiler does not know is left to the linter.
 */
export type Fitting<C extends Column, Need extends ColumnNeed, Place extends string> = ColumnType extends C['type']
  ? C
  : C['type'] extends (typeof TYPES_THAT_MEET)[Need][number]
    ? C
    : `'${C['name']}' is ${Article<C['type']>} ${C['type']} column; ${Place} takes ${NeedInWords[Need]}`;
