import { checkCall } from '../../errors/check-call.js';
import { aFunction, aText, optional, optionsOf } from '../../errors/kinds.js';
import type { JsonPrimitive } from '../../contracts/json.js';
import type { Alias } from '../../contracts/model.js';
import type { TriggerOverlap } from '../../contracts/plan/triggers.js';
import type { Parameter, ParameterFormat, ParameterShape } from '../../schema/parameter.js';

declare const FIELD: unique symbol;

/** Stands for a field of the change that starts a run; put in when the run starts. */
export interface EventReference<Value extends JsonPrimitive = JsonPrimitive, Format extends ParameterFormat = ParameterFormat> {
  readonly $event: string;
  readonly [FIELD]: { readonly value: Value; readonly format: Format };
}

/** A new content of a published data set. What the data set lacks is left out of the parameters. */
export interface DatasetChange {
  readonly name: EventReference<string, 'plain'>;
  /** Id of the artifact. */
  readonly dataset: EventReference<string, 'plain'>;
  readonly rows: EventReference<number, 'plain'>;
  /** First day of the data set's window, UTC. */
  readonly from: EventReference<string, 'date'>;
  /** Day on which the window ends, UTC; a window that ends within a day ends with the next one. */
  readonly to: EventReference<string, 'date'>;
  /** The ends of the window as ISO instants. */
  readonly fromTime: EventReference<string, 'plain'>;
  readonly toTime: EventReference<string, 'plain'>;
}

/** An alias of a model that points to another version. */
export interface AliasChange {
  readonly model: EventReference<string, 'plain'>;
  readonly alias: EventReference<string, 'plain'>;
  readonly version: EventReference<number, 'plain'>;
  /** Version that the alias was on before; left out when there was none. */
  readonly previous: EventReference<number, 'plain'>;
  readonly by: EventReference<string, 'plain'>;
  readonly reason: EventReference<string, 'plain'>;
}

export const DATASET_FIELDS = [
  'name',
  'dataset',
  'rows',
  'from',
  'to',
  'fromTime',
  'toTime',
] as const satisfies readonly (keyof DatasetChange)[];
export const ALIAS_FIELDS = [
  'model',
  'alias',
  'version',
  'previous',
  'by',
  'reason',
] as const satisfies readonly (keyof AliasChange)[];

type SettingOf<P> =
  P extends Parameter<infer Value, boolean, infer Format>
    ? Value | EventReference<Extract<Value, JsonPrimitive>, Format extends 'date' ? 'date' : ParameterFormat>
    : never;

/** Parameters of a triggered run: values or fields of the change; those with a default may be left out. */
export type TriggerParameters<Shape extends ParameterShape> = {
  readonly [Name in keyof Shape as Shape[Name]['hasDefault'] extends true ? never : Name]: SettingOf<Shape[Name]>;
} & { readonly [Name in keyof Shape as Shape[Name]['hasDefault'] extends true ? Name : never]?: SettingOf<Shape[Name]> };

/** A reason to run that is a change elsewhere. `Parameters` is what the started run gets. */
export interface ChangeTrigger<Parameters = object> {
  readonly kind: 'dataset' | 'alias';
  readonly name: string;
  readonly overlap: TriggerOverlap;
  readonly parameters: Parameters;
}

interface TriggerOptions<Change, Parameters> {
  /** The parameters of the started run, made of values and fields of the change. */
  readonly params?: (change: Change) => Parameters;
  /**
   * Changes that arrive while a run for an earlier one is under way: `coalesce` (default) starts one run for the newest of them afterwards,
   * `queue` one run each, one after the other, `allow` one run each, at once.
   */
  readonly overlap?: TriggerOverlap;
}

const TRIGGER_OPTIONS = optionsOf({ params: optional(aFunction), overlap: optional(aText) });

/** Runs the pipeline when the data set that an `ingest` publishes under this name has a new content. */
export function dataset<const Parameters extends object = Readonly<Record<string, never>>>(
  name: string,
  options: TriggerOptions<DatasetChange, Parameters> = {},
): ChangeTrigger<Parameters> {
  checkCall('on.dataset', { name, options }, { name: aText, options: TRIGGER_OPTIONS });
  return trigger('dataset', name, DATASET_FIELDS, options);
}

/** Runs the pipeline when the alias of the model moves to another version. */
export function alias<const Parameters extends object = Readonly<Record<string, never>>>(
  model: string,
  name: Alias,
  options: TriggerOptions<AliasChange, Parameters> = {},
): ChangeTrigger<Parameters> {
  checkCall('on.alias', { model, alias: name, options }, { model: aText, alias: aText, options: TRIGGER_OPTIONS });
  return trigger('alias', `${model}/${name}`, ALIAS_FIELDS, options);
}

function trigger<Change, Parameters extends object>(
  kind: 'dataset' | 'alias',
  name: string,
  fields: readonly string[],
  { params, overlap = 'coalesce' }: TriggerOptions<Change, Parameters>,
): ChangeTrigger<Parameters> {
  const change = Object.fromEntries(fields.map((field) => [field, Object.freeze({ $event: field })])) as Change;
  // Without `params` the type parameter has no member.
  const parameters = params?.(change) ?? ({} as Parameters);
  return Object.freeze({ kind, name, overlap, parameters });
}
