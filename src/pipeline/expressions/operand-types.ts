import type { ColumnType } from '../../contracts/dataset.js';
import type { Column } from '../../schema/column.js';
import type { ParameterReference } from '../references/parameter-reference.js';
import type { Ref } from '../references/reference.js';
import type { Expression, SqlText, ValueKind } from './expression.js';

interface KindOfColumn {
  readonly timestamp: 'timestamp';
  readonly float: 'number';
  readonly integer: 'number';
  readonly boolean: 'boolean';
  readonly category: 'text';
  readonly text: 'text';
}

/** The type of the values that an operand stands for; null aside. A column's text is any. */
type ValueOf<Given> =
  Given extends ParameterReference<infer Value> ? Value : Given extends Ref<infer Result> ? NonNullable<Result> : Given;

type KindOfValue<Value> = [Value] extends [never]
  ? 'unknown'
  : [Value] extends [number]
    ? 'number'
    : [Value] extends [string]
      ? 'text'
      : [Value] extends [boolean]
        ? 'boolean'
        : 'unknown';

/** The kind of an operand; all kinds at once of a column whose type the compiler does not know. */
export type KindOf<Given> =
  Given extends Expression<infer Kind>
    ? Kind
    : Given extends Column<string, infer Type>
      ? KindOfColumn[Type]
      : KindOfValue<ValueOf<Given>>;

/** All that an operand reads: columns, `Ref` for results, `SqlText` for text of SQL. */
export type ReadsOf<Given> =
  Given extends Expression<ValueKind | 'sql', infer Reads>
    ? Reads
    : Given extends Column
      ? Given
      : Given extends ParameterReference
        ? never
        : Given extends Ref
          ? Ref
          : never;

/** The linter has the last word where the compiler does not know the kind. */
type IsOpen<Kind> = 'sql' extends Kind ? true : [ValueKind] extends [Kind] ? true : false;

interface KindInWords {
  readonly number: 'a number';
  readonly text: 'a text';
  readonly boolean: 'a boolean';
  readonly timestamp: 'a timestamp';
  readonly unknown: 'a result of another type';
}
type WordsOf<Kind> = KindInWords[Kind & keyof KindInWords];

type Article<Type extends ColumnType> = Type extends 'integer' ? 'an' : 'a';
type ColumnInWords<Given> = Given extends Column<infer Name, infer Type> ? `'${Name}' is ${Article<Type>} ${Type} column` : never;
type AnyInWords<Given> =
  Given extends Column<infer Name, infer Type> ? `'${Name}', ${Article<Type>} ${Type} column` : WordsOf<KindOf<Given>>;

type Refusal<Given, Place extends string, Wanted extends string> = Given extends Column
  ? `${ColumnInWords<Given>}; ${Place} takes ${Wanted}`
  : `${Place} takes ${Wanted}, not ${WordsOf<KindOf<Given>>}`;

/**
 * The operand when it is of one of the kinds; else the words of what is wrong, to which nothing is assignable: the compiler's error says them.
 */
export type OfKind<Given, Wanted extends ValueKind, Place extends string, Words extends string> =
  IsOpen<KindOf<Given>> extends true ? Given : KindOf<Given> extends Wanted ? Given : Refusal<Given, Place, Words>;

export type NumberFor<Given, Place extends string> = OfKind<Given, 'number', Place, 'a number'>;
export type ConditionFor<Given, Place extends string> = OfKind<
  Given,
  'boolean',
  Place,
  'a condition, such as a comparison or a boolean column'
>;
export type OrderedFor<Given, Place extends string> = OfKind<
  Given,
  'number' | 'text' | 'timestamp',
  Place,
  'a number, a text or a timestamp'
>;
export type ValueFor<Given, Place extends string> = OfKind<Given, ValueKind, Place, 'one value'>;

/** Why an operand has no value in a row; never when it has one. */
type NotOfRows<Given, Place extends string> = [Extract<ReadsOf<Given>, Ref>] extends [never]
  ? never
  : `${Place} reads the columns of a row, not the results of steps`;
type OfRows<Given, Place extends string, Checked> = [NotOfRows<Given, Place>] extends [never] ? Checked : NotOfRows<Given, Place>;
export type NumberOfRows<Given, Place extends string> = OfRows<Given, Place, NumberFor<Given, Place>>;
export type ConditionOfRows<Given, Place extends string> = OfRows<Given, Place, ConditionFor<Given, Place>>;

/** A column whose type the compiler does not know is left to the linter. */
type UnservedColumn<Given> =
  Extract<ReadsOf<Given>, Column> extends infer Read
    ? Read extends Column<string, infer Type>
      ? [ColumnType] extends [Type]
        ? never
        : Type extends 'float' | 'integer' | 'boolean'
          ? never
          : Read
      : never
    : never;

/** A number or a condition without text of SQL: a model that serves computes it too. */
export type ServedFor<Given, Place extends string> = [Extract<ReadsOf<Given>, SqlText>] extends [never]
  ? [UnservedColumn<Given>] extends [never]
    ? OfRows<Given, Place, OfKind<Given, 'number' | 'boolean', Place, 'a number or a condition'>>
    : `${ColumnInWords<UnservedColumn<Given>>}; ${Place} takes floats, integers and booleans`
  : `${Place} takes no SQL, which a model that serves cannot compute`;

/** Dates and date-times are written as texts. */
type Comparable<Left, Right> =
  IsOpen<Left> extends true
    ? true
    : IsOpen<Right> extends true
      ? true
      : [Left, Right] extends ['timestamp', 'text'] | ['text', 'timestamp']
        ? true
        : Left extends Right
          ? true
          : false;

type Mismatch<Left, Right, Place extends string> = Left extends Column
  ? `${ColumnInWords<Left>}; ${Place} compares it with ${WordsOf<KindOf<Left>>}, not with ${AnyInWords<Right>}`
  : Right extends Column
    ? `${ColumnInWords<Right>}; ${Place} compares it with ${WordsOf<KindOf<Right>>}, not with ${AnyInWords<Left>}`
    : `${Place} compares values of one kind, not ${WordsOf<KindOf<Left>>} with ${WordsOf<KindOf<Right>>}`;

/** The right operand when it can be compared with the left one; else the words of what is wrong. */
export type ComparedWith<Left, Right, Place extends string> =
  Comparable<KindOf<Left>, KindOf<Right>> extends true ? Right : Mismatch<Left, Right, Place>;

type Listed<Value> = Value extends string ? (string extends Value ? never : Value) : never;

/** As `ComparedWith`, and one of the values that the left one can have, where these are listed in its type. */
export type EqualTo<Left, Right, Place extends string> =
  Comparable<KindOf<Left>, KindOf<Right>> extends true
    ? [Listed<ValueOf<Left>>] extends [never]
      ? Right
      : [Listed<ValueOf<Right>>] extends [never]
        ? Right
        : [Extract<ValueOf<Left>, ValueOf<Right>>] extends [never]
          ? `${Place} compares with one of ${Listed<ValueOf<Left>>}, not with ${Listed<ValueOf<Right>>}`
          : Right
    : Mismatch<Left, Right, Place>;
