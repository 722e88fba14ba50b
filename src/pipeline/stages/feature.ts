import type { SchemaSpec } from '../../contracts/dataset.js';
import type { JsonObject } from '../../contracts/json.js';
import type { FeatureConfig, Task } from '../../contracts/stages/feature.js';
import type { ColumnOf } from '../../schema/column.js';
import { eventTimeOf } from '../../schema/schema.js';
import type { OptionReader } from '../lint/issues.js';
import type { Label } from '../kinds/label.js';
import type { DraftLabel } from '../draft/draft-scope.js';
import { columnsRead, hasSqlText } from '../expressions/columns-read.js';
import type { RowScope } from '../expressions/row-expression.js';
import { rowExpression } from '../expressions/row-expression.js';
import { sqlSetting, sqlText } from '../expressions/row-sql.js';
import type { Split } from '../options/split.js';
import type { StepOptions } from '../options/step-options.js';
import type { Transform } from '../options/transform.js';

export interface FeatureOptions<Of extends string = string, LabelTask extends Task = Task> extends StepOptions {
  readonly label: Label<LabelTask, ColumnOf<NoInfer<Of>>>;
  readonly split: Split<ColumnOf<NoInfer<Of>>>;
  /** Features by name, in the order in which the model takes them. */
  readonly columns: { readonly [feature: string]: Transform<ColumnOf<NoInfer<Of>>> };
}

/** What `featureConfig` needs of its options, whatever the compiler knows of the columns. */
export interface FeatureDeclaration {
  readonly label: Label;
  readonly split: Split;
  readonly columns: { readonly [feature: string]: Transform };
}

/** A label as the plan has it, and what the linter knows of it. */
interface ReadLabel {
  readonly spec: DraftLabel;
  /** Columns that no feature may use. */
  readonly outcome: ReadonlySet<string>;
  readonly text: string;
}

export function readLabel({ task, expression, outcome }: Label, scope: RowScope, read: OptionReader): ReadLabel {
  const compiled = rowExpression(expression, [task === 'binary' ? 'boolean' : 'number'], scope, read);
  const put = columnsRead(compiled);
  const named = outcome?.map(({ name }) => name);
  const text = sqlText(compiled);
  const isText = hasSqlText(compiled);
  if (put.length === 0 && !(isText && named !== undefined)) {
    const cure = isText
      ? 'put its columns in as values, sql`${flights.delay} > 15`, or list them in `outcome`'
      : 'a label reads columns of the row';
    read.report('label-columns', `"${text}" reads no column of the schema; ${cure}`);
  }
  for (const column of outcome ?? []) if (scope.schema !== undefined) read.at('outcome').column(scope.schema, column, 'any');
  const spec = { task, sql: sqlSetting(compiled), ...(isText ? { columns: [...new Set([...put, ...(named ?? [])])] } : {}) };
  return { spec, outcome: new Set(named ?? put), text };
}

/** Becomes a `FeatureConfig`. */
export function featureConfig(options: FeatureDeclaration, label: ReadLabel, scope: RowScope, read: OptionReader): object {
  const { split, columns } = options;
  const { schema } = scope;
  const features = Object.entries(columns);
  if (features.length === 0) read.at('columns').report('feature-columns', 'expected at least one feature');
  if (schema !== undefined) {
    if (eventTimeOf(schema) === null)
      read.at('split').report('event-time', `a split needs an event time, and schema "${schema.name}" has none`);
    lintColumns(columns, label, schema, read);
  }
  const named = new Map<string, string>();
  for (const [feature, { problems }] of features) {
    const at = read.at(`columns.${feature}`);
    lintFeatureName(feature, named, at);
    for (const problem of problems) at.report('range', problem);
  }
  return {
    label: label.spec,
    split: splitSpec(split, schema, read.at('split')),
    columns: Object.fromEntries(
      features.map(([feature, transform]) => [feature, specOf(transform, scope, read.at(`columns.${feature}`))]),
    ),
    order: features.map(([feature]) => feature),
  };
}

function specOf({ spec, expression }: Transform, scope: RowScope, read: OptionReader): object {
  if (expression === undefined) return spec;
  const compiled = rowExpression(expression, ['number', 'boolean'], { ...scope, isServed: true }, read);
  const columns = columnsRead(compiled);
  if (columns.length === 0) read.report('expression', 'a derived feature reads a column at least');
  return { ...spec, columns, expression: compiled };
}

function splitSpec(split: Split, schema: SchemaSpec | undefined, read: OptionReader): FeatureConfig['split'] {
  const { by, column, need, options, durations, problems } = split;
  if (schema !== undefined && column !== null) read.column(schema, column, need ?? 'any');
  for (const problem of problems) read.report('range', problem);
  const inMs = Object.entries(durations).map(([name, text]) => [`${name}Ms`, read.at(name).duration(text)] as const);
  const named = column === null ? {} : { column: column.name };
  return { by, ...named, ...(options as JsonObject), ...Object.fromEntries(inMs) };
}

/** @param named - the features before it, by their names without case; it is added. */
function lintFeatureName(feature: string, named: Map<string, string>, read: OptionReader): void {
  if (/^(__|raw_)/i.test(feature)) read.report('feature-columns', 'names that start with __ or raw_ are reserved');
  const twin = named.get(feature.toLowerCase());
  if (twin === undefined) named.set(feature.toLowerCase(), feature);
  else read.report('feature-columns', `the name differs from "${twin}" in nothing but case`);
}

/** Raw columns of the features, each once, in schema order: what the model takes at serving time. */
export function inputColumnsOf(options: Pick<FeatureDeclaration, 'columns'>, schema: SchemaSpec): readonly string[] {
  const used = new Set(Object.values(options.columns).flatMap(({ columns }) => columns.map(({ name }) => name)));
  return schema.columns.map((column) => column.name).filter((name) => used.has(name));
}

function lintColumns(
  columns: FeatureDeclaration['columns'],
  { outcome, text }: ReadLabel,
  schema: SchemaSpec,
  read: OptionReader,
): void {
  for (const [feature, transform] of Object.entries(columns)) {
    const at = read.at(`columns.${feature}`);
    for (const column of new Set(transform.columns)) {
      if (transform.expression === undefined) at.column(schema, column, transform.need);
      if (outcome.has(column.name))
        at.report(
          'label-leakage',
          `column "${column.name}" is part of the label "${text}", so it is not known when the model predicts`,
        );
    }
  }
}
