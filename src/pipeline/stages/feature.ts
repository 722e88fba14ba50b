import type { SchemaSpec } from '../../contracts/dataset.js';
import type { FeatureConfig, Task } from '../../contracts/stages/feature.js';
import type { ColumnOf } from '../../schema/column.js';
import { eventTimeOf } from '../../schema/schema.js';
import type { OptionReader } from '../lint/issues.js';
import type { Label } from '../kinds/label.js';
import type { TimeSplit } from '../kinds/split.js';
import { columnsIn } from '../options/sql.js';
import type { StepOptions } from '../options/step-options.js';
import type { Transform } from '../options/transform.js';

export interface FeatureOptions<Of extends string = string, LabelTask extends Task = Task> extends StepOptions {
  readonly label: Label<LabelTask, ColumnOf<NoInfer<Of>>>;
  readonly split: TimeSplit;
  /** Features by name, in the order in which the model takes them. */
  readonly columns: { readonly [feature: string]: Transform<ColumnOf<NoInfer<Of>>> };
}

/** What `featureConfig` needs of its options, whatever the compiler knows of the columns. */
export interface FeatureDeclaration {
  readonly label: Label;
  readonly split: TimeSplit;
  readonly columns: { readonly [feature: string]: Transform };
}

export function featureConfig(options: FeatureDeclaration, schema: SchemaSpec | undefined, read: OptionReader): FeatureConfig {
  const { label, split, columns } = options;
  const features = Object.entries(columns);
  if (features.length === 0) read.at('columns').report('feature-columns', 'expected at least one feature');
  if (schema !== undefined) {
    if (eventTimeOf(schema) === null)
      read.at('split').report('event-time', `split.byTime needs an event time, and schema "${schema.name}" has none`);
    lintColumns(options, schema, read);
  }
  const named = new Map<string, string>();
  for (const [feature] of features) {
    lintFeatureName(feature, named, read.at(`columns.${feature}`));
  }
  return {
    label: { task: label.task, sql: label.expression.sql },
    split: { by: 'time', testMs: read.at('split.test').duration(split.test) },
    columns: Object.fromEntries(features.map(([feature, { spec }]) => [feature, spec])),
    order: features.map(([feature]) => feature),
  };
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

function lintColumns({ label, columns }: FeatureDeclaration, schema: SchemaSpec, read: OptionReader): void {
  const names = schema.columns.map((column) => column.name);
  const named = columnsIn(label.expression, names);
  if (named.length === 0) {
    read
      .at('label')
      .report(
        'label-columns',
        `"${label.expression.sql}" names no column of schema "${schema.name}"; it has ${names.join(', ')}`,
      );
  }
  for (const column of label.expression.columns) read.at('label').column(schema, column, 'any');
  for (const column of label.outcome ?? []) read.at('label.outcome').column(schema, column, 'any');
  const outcome = new Set(label.outcome?.map(({ name }) => name) ?? named);
  for (const [feature, transform] of Object.entries(columns)) {
    const at = read.at(`columns.${feature}`);
    for (const column of new Set(transform.columns)) {
      at.column(schema, column, transform.need);
      if (outcome.has(column.name)) {
        at.report(
          'label-leakage',
          `column "${column.name}" is part of the label "${label.expression.sql}", so it is not known when the model predicts`,
        );
      }
    }
  }
}
