import type { JsonObject } from '../contracts/json.js';
import { checkDefinition } from '../kinds/check-definition.js';
import { anObject, optional, optionsOf } from '../errors/kinds.js';
import { checkOptions, optionKinds } from '../kinds/check-options.js';
import type { OptionsSchema } from '../kinds/json-schema.js';
import { createKindList } from '../kinds/kind-list.js';
import { type GivenOptions, withDefaults } from '../kinds/options-of.js';
import { filesOfCallers } from '../modules/defining-file.js';
import { aTextSetting } from '../pipeline/options/kinds.js';
import { checkWritten } from '../pipeline/options/problems.js';
import type { Source } from '../pipeline/options/source.js';
import type { SettingsOf } from '../pipeline/references/parameter-reference.js';
import type { SecretMarker } from '../contracts/plan.js';
import type { LoadedSource, SourceDefinition, SourceKind } from './source-kind.js';
import { problemsOfFiles } from './source/formats/source-problems.js';
import { csv } from './sources/csv.js';
import { parquet } from './sources/parquet.js';

/** Every source by the name that the plan has of it. */
export const SOURCES = createKindList<SourceKind>('source', 'format', [parquet.kind, csv.kind]);

checkWritten(SOURCES, {
  members: (kind) =>
    'load' in kind ? { options: optionsOf(optionKinds(kind)) } : { path: aTextSetting, options: optional(anObject) },
  problems: (kind, written) =>
    'load' in kind || !('options' in written) ? [] : problemsOfFiles(kind, written.options as object | undefined),
});

type Rest<Options> = Partial<Options> extends Options ? [options?: Options] : [options: Options];
type OrSecrets<Options> = { readonly [Name in keyof Options]: Options[Name] | SecretMarker };

/** What a pipeline file calls: `jsonApi({ url: p.params.url })`. */
export type SourceConstructor<Schema extends OptionsSchema> = {
  /** What `SOURCES` lists. */
  readonly kind: LoadedSource;
} & ((...options: Rest<OrSecrets<SettingsOf<GivenOptions<Schema>>>>) => Source);

/**
 * Adds a source of one's own and gives its constructor: `jsonApi({ url: 'https://example.com/trips', token: secret('TOKEN') })`. `load` runs in the
 * step that reads, in a process of its own; its code counts in the cache key.
 * @throws PipelineError `EXTENSION_INVALID`, `EXTENSION_NAME_TAKEN`.
 */
export function defineSource<const Schema extends OptionsSchema>(
  definition: SourceDefinition<Schema>,
): SourceConstructor<Schema> {
  checkDefinition('source', definition, { functions: ['load'], optional: ['state', 'place'] });
  const kind = { ...definition } as unknown as LoadedSource;
  SOURCES.add(kind, { files: filesOfCallers(defineSource) });
  const make = (options: JsonObject = {}): Source => {
    checkOptions(kind.name, kind, options);
    return Object.freeze({ format: kind.name, options: Object.freeze(withDefaults(kind.options, options)) });
  };
  return Object.assign(make, { kind }) as unknown as SourceConstructor<Schema>;
}

export { csv, parquet };
