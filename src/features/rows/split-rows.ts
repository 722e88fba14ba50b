import { epochMsSql } from '../../contracts/epoch-ms.js';
import { identifier, sqlQuote } from '../../contracts/sql-text.js';
import type { ColumnSpec } from '../../contracts/dataset.js';
import type { FeatureConfig, Task } from '../../contracts/stages/feature.js';
import type { DuckDb } from '../../data/duckdb.js';
import { isoInstant } from '../../data/event-time.js';
import { PipelineError } from '../../errors/pipeline-error.js';
import { someOf } from '../../errors/some-of.js';
import { optionProblems } from '../../kinds/check-options.js';
import { withDefaults } from '../../kinds/options-of.js';
import { TYPES_THAT_MEET } from '../../pipeline/lint/column-use.js';
import { addTurns } from './row-turns.js';
import type { SplitColumn, SplitKind, SplitSides, SplitSubject } from '../split-definition.js';
import { MEMBERS_OF_SPLITS, SPLITS } from '../splits.js';

/**
 * A relation of some columns, in SQL, and of the position of each row as `__row`; all columns when none is named, which is slow to plan for
 * thousands of them.
 */
export type RowsOf = (columns?: readonly string[]) => string;

/** Times are event times in ms since 1970: the oldest and the newest row of train, the oldest and the newest row of test. */
export interface RowSplit {
  readonly trainFromMs: number;
  readonly trainToMs: number;
  readonly testFromMs: number;
  readonly testToMs: number;
  readonly trainRows: number;
  readonly testRows: number;
  /** The labelled rows of a side, as a relation; with `__turn` (see `addTurns`). */
  readonly train: RowsOf;
  /** Null when no row is held out. */
  readonly test: RowsOf | null;
}

/** The labelled rows that are split. */
export interface SplitRows {
  readonly table: string;
  readonly eventTime: string;
  readonly task: Task;
  readonly columns: readonly ColumnSpec[];
}

type SplitSpec = FeatureConfig['split'];

/**
 * Parts the labelled rows as the plan says.
 * FEATURE_SPLIT_INVALID for a split that is not known, wrong options, and when a side is empty.
 */
export async function splitRows(db: DuckDb, { table, eventTime, task, columns }: SplitRows, spec: SplitSpec): Promise<RowSplit> {
  const { kind, ...chosen } = readSplit(spec, columns);
  const time = identifier(eventTime);
  const given: SplitSubject = { rows: table, ...chosen, eventTime: time, query: (sql) => db.query(sql), quote: sqlQuote };
  const { train, test } = sidesOf(kind, await kind.sides(given));
  const [counted] = await db.query(
    `SELECT count_if(${train}) AS train, count_if(${test}) AS test, count_if((${train}) AND (${test})) AS twice,
     ${['min', 'max'].map((edge) => `${epochMsSql(`${edge}(${time})`)} AS ${edge}_ms`).join(', ')},
     ${epochMsSql(`min(CASE WHEN ${train} THEN ${time} END)`)} AS train_from,
     ${epochMsSql(`max(CASE WHEN ${train} THEN ${time} END)`)} AS train_to,
     ${epochMsSql(`min(CASE WHEN ${test} THEN ${time} END)`)} AS test_from,
     ${epochMsSql(`max(CASE WHEN ${test} THEN ${time} END)`)} AS test_to FROM ${table}`,
  );
  const figure = (name: string): number => Number(counted?.[name]);
  const [trainRows, testRows] = [figure('train'), figure('test')];
  if (trainRows === 0 || testRows === 0) {
    throw new PipelineError('FEATURE_SPLIT_INVALID', {
      what: `the ${trainRows === 0 ? 'train' : 'test'} split is empty`,
      expected: 'rows on both sides',
      received: `${JSON.stringify(spec)} over rows from ${isoInstant(figure('min_ms'))} to ${isoInstant(figure('max_ms'))}`,
    });
  }
  if (figure('twice') > 0) throw wrongResult(kind, `conditions for rows of one side each, not ${figure('twice')} rows on both`);
  await addTurns(db, table, task, train);
  return {
    ...{ trainFromMs: figure('train_from'), trainToMs: figure('train_to'), trainRows },
    ...{ testFromMs: figure('test_from'), testToMs: figure('test_to'), testRows },
    train: (some) => rowsOf(table, some, `WHERE ${train}`),
    test: (some) => rowsOf(table, some, `WHERE ${test}`),
  };
}

/** FEATURE_SPLIT_INVALID with what is wrong. */
export function readSplit(
  spec: SplitSpec,
  columns: readonly ColumnSpec[],
): { readonly kind: SplitKind } & Pick<SplitSubject, 'column' | 'options'> {
  const kind = SPLITS.find(spec.by);
  if (kind === undefined) throw invalid([`unknown split "${spec.by}"; there are ${SPLITS.names().join(', ')}`]);
  const members: readonly string[] = MEMBERS_OF_SPLITS;
  const given = Object.fromEntries(Object.entries(spec).filter(([name]) => !members.includes(name)));
  const column = columnOf(kind, spec, columns);
  const options = withDefaults(kind.options, given) as SplitSubject['options'];
  const wrong = [...(typeof column === 'string' ? [column] : []), ...optionProblems(kind, given)];
  const problems = wrong.length > 0 ? wrong : (kind.problems?.({ options }) ?? []);
  if (problems.length > 0 || typeof column === 'string') throw invalid(problems);
  return { kind, column, options };
}

/** The column, null where the split takes none, or what is wrong with it. */
function columnOf({ column: need }: SplitKind, spec: SplitSpec, columns: readonly ColumnSpec[]): SplitColumn | null | string {
  if (need === null) return null;
  const named = spec['column'];
  const column = columns.find(({ name }) => name === named);
  if (column === undefined)
    return `unknown column ${JSON.stringify(named ?? null)}; there are ${someOf(columns.map(({ name }) => name))}`;
  const types: readonly string[] = TYPES_THAT_MEET[need];
  if (!types.includes(column.type)) return `needs a column of type ${types.join(' or ')}, got a ${column.type} column`;
  return { name: column.name, type: column.type, sql: identifier(column.name) };
}

function sidesOf(kind: SplitKind, { train, test }: Partial<SplitSides>): SplitSides {
  if (typeof train === 'string' && typeof test === 'string' && train !== '' && test !== '') return { train, test };
  throw wrongResult(kind, '{ train, test }, each a condition in SQL');
}

const invalid = (problems: readonly string[]): PipelineError =>
  new PipelineError('FEATURE_SPLIT_INVALID', { what: someOf(problems, '; '), details: { problems } });

const wrongResult = (kind: SplitKind, expected: string): PipelineError =>
  new PipelineError('EXTENSION_RESULT_INVALID', {
    what: `\`sides\` of the split "${kind.name}" returned something else`,
    expected,
  });

/** The rows of the table of labelled rows. */
export function rowsOf(table: string, columns: readonly string[] = ['*'], where = ''): string {
  const named = new Set(columns.filter((column) => column !== '__row'));
  return `(SELECT ${[...named, 'rowid AS __row'].join(', ')} FROM ${table} ${where})`;
}
