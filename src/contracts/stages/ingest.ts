import type { ArtifactRef } from '../artifact.js';
import type { JsonValue } from '../json.js';
import type { CommandResult } from './command.js';
import type { NoArguments, Operation } from './operations.js';
import type { DatasetRef, SchemaSpec, SourceSpec } from '../dataset.js';

export type IngestConfig = {
  readonly source: SourceSpec;
  readonly schema: SchemaSpec;
  /** Half-open event-time window [from, to), ISO dates or date-times, UTC. */
  readonly window?: { readonly column: string; readonly from: string; readonly to: string };
  /** Name under which the data set is published: `datasets/<name>/`. */
  readonly publish?: string;
};
/** `from`: the artifact of which the files are, or the result of a command. Absent: files that the worker reaches. */
export type IngestInputs = { readonly from?: ArtifactRef | CommandResult<JsonValue> };
/** The data set that was published. */
export type IngestResult = DatasetRef;

export type IngestOperations = { readonly ingest: Operation<NoArguments, IngestResult> };
