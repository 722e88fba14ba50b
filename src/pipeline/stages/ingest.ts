import type { ColumnName } from '../lint/column-use.js';
import type { OptionReader } from '../lint/issues.js';
import type { DateSetting } from '../parameter-reference.js';
import type { Source } from '../options/sources.js';
import { readSource } from '../options/sources.js';
import type { StepOptions } from '../options/step-options.js';
import type { ColumnTypes, Schema } from '../../schema/schema.js';
import { eventTimeOf } from '../../schema/schema.js';

export interface IngestOptions<Columns extends ColumnTypes = ColumnTypes> extends StepOptions {
  readonly source: Source;
  readonly schema: Schema<Columns>;
  /** Rows with `from` <= column < `to`, UTC. The column is the schema's event time unless named. Default: all rows. */
  readonly window?: {
    readonly column?: ColumnName<NoInfer<Columns>, 'timestamp'>;
    readonly from: DateSetting;
    readonly to: DateSetting;
  };
  /** Name under which the data set is published: pipelines with `on.dataset` of it run when its content is new. */
  readonly publish?: string;
}

/** What `ingestConfig` needs of its options, whatever the compiler knows of the columns. */
interface IngestDeclaration {
  readonly source: Source;
  readonly schema: Schema;
  readonly window?: { readonly column?: string; readonly from: DateSetting; readonly to: DateSetting };
  readonly publish?: string;
}

/** Becomes an `IngestConfig`. */
export function ingestConfig({ source, schema, window, publish }: IngestDeclaration, read: OptionReader): object {
  const { name, columns } = schema;
  return {
    source: readSource(source, read.at('source')),
    schema: { name, columns },
    ...(window === undefined ? {} : { window: readWindow(window, schema, read.at('window')) }),
    ...(publish === undefined ? {} : { publish: read.at('publish').name(publish, 'the data set name') }),
  };
}

function readWindow(window: NonNullable<IngestDeclaration['window']>, schema: Schema, read: OptionReader): object {
  const column = window.column ?? eventTimeOf(schema);
  if (column === null) read.report('event-time', `schema "${schema.name}" has no event time; name the window's column`);
  else read.at('column').column(schema, column, 'timestamp');
  const bounds = { from: window.from, to: window.to };
  for (const [key, value] of Object.entries(bounds)) {
    if (typeof value === 'string' && Number.isNaN(Date.parse(value)))
      read.at(key).report('range', `expected an ISO date, got "${value}"`);
  }
  if (typeof bounds.from === 'string' && typeof bounds.to === 'string' && Date.parse(bounds.from) >= Date.parse(bounds.to)) {
    read.report('range', `expected from before to, got ${bounds.from} and ${bounds.to}`);
  }
  return { column: column ?? '', ...bounds };
}
