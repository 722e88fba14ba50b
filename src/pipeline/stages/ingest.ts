import type { ArtifactRef } from '../../contracts/artifact.js';
import type { JsonValue } from '../../contracts/json.js';
import type { CommandResult } from '../../contracts/stages/command.js';
import type { Ref } from '../references/reference.js';
import type { SchemaSpec } from '../../contracts/dataset.js';
import type { OptionReader } from '../lint/issues.js';
import type { DateSetting } from '../references/parameter-reference.js';
import { readSource, type Source } from '../options/source.js';
import type { StepOptions } from '../options/step-options.js';
import type { SchemaNamed } from '../../schema/schema.js';
import { eventTimeOf, schemaOf } from '../../schema/schema.js';

export interface IngestOptions<Of extends string = string> extends StepOptions {
  readonly source: Source;
  /**
   * A step that published the files: the artifact that it returned, or the result of a command or a Python script, whose `output/` is meant. The
   * path of the source is then one inside it.
   */
  readonly from?: Ref<ArtifactRef> | Ref<CommandResult<JsonValue>>;
  readonly schema: SchemaNamed<Of>;
  /** `[from, to]`: rows with `from` <= event time < `to`, UTC. Default: all rows. */
  readonly window?: readonly [from: DateSetting, to: DateSetting];
  /** Name under which the data set is published: pipelines with `on.dataset` of it run when its content is new. */
  readonly publish?: string;
}

/** Becomes an `IngestConfig`. */
export function ingestConfig({ source, from, schema, window, publish }: IngestOptions, read: OptionReader): object {
  const specification = schemaOf(schema);
  const { name, columns } = specification;
  if (from !== undefined && !('path' in source))
    read.at('from').report('source-option', 'expected a source of files, such as source.parquet(...)');
  return {
    source: readSource(source, read.at('source')),
    schema: { name, columns },
    ...(window === undefined ? {} : { window: readWindow(window, specification, read.at('window')) }),
    ...(publish === undefined ? {} : { publish: read.at('publish').name(publish, 'the data set name') }),
  };
}

function readWindow([from, to]: NonNullable<IngestOptions['window']>, schema: SchemaSpec, read: OptionReader): object {
  const column = eventTimeOf(schema);
  if (column === null)
    read.report(
      'event-time',
      `schema "${schema.name}" has no event time; declare one of its columns col.timestamp({ eventTime: true })`,
    );
  for (const [index, value] of [from, to].entries()) {
    if (typeof value === 'string' && Number.isNaN(Date.parse(value)))
      read.at(index).report('range', `expected an ISO date, got "${value}"`);
  }
  if (typeof from === 'string' && typeof to === 'string' && Date.parse(from) >= Date.parse(to)) {
    read.report('range', `expected from before to, got ${from} and ${to}`);
  }
  return { column: column ?? '', from, to };
}
