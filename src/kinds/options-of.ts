import type { JsonPrimitive, JsonValue } from '../contracts/json.js';
import type { OptionSchema, OptionsSchema } from './json-schema.js';

interface ValuesByType {
  readonly string: string;
  readonly number: number;
  readonly integer: number;
  readonly boolean: boolean;
  readonly null: null;
  readonly array: readonly JsonValue[];
  readonly object: { readonly [name: string]: JsonValue };
}

type ValueOf<Schema extends OptionSchema> = Schema extends { readonly enum: readonly (infer Value)[] }
  ? Value
  : Schema extends { readonly anyOf: readonly (infer Part extends OptionSchema)[] }
    ? ValueOf<Part>
    : Schema extends { readonly items: infer Item extends OptionSchema }
      ? readonly ValueOf<Item>[]
      : Schema extends { readonly type: keyof ValuesByType }
        ? ValuesByType[Schema['type']]
        : Schema extends { readonly type: readonly (infer Type extends keyof ValuesByType)[] }
          ? ValuesByType[Type]
          : JsonValue;

type Given<Schema extends OptionsSchema> = Schema['required'] extends readonly string[] ? Schema['required'][number] : never;
type Filled<Schema extends OptionsSchema> = {
  [Name in keyof Schema['properties']]: Schema['properties'][Name] extends { readonly default: JsonPrimitive } ? Name : never;
}[keyof Schema['properties']];
type Properties<Schema extends OptionsSchema, Names> = {
  readonly [Name in keyof Schema['properties'] as Name extends Names ? Name : never]: ValueOf<Schema['properties'][Name]>;
};
type Shown<Fields> = { [Name in keyof Fields]: Fields[Name] };

/** The options of a kind as its functions get them: those that are required, or have a default, are there. */
export type OptionsOf<Schema extends OptionsSchema> = Shown<
  Properties<Schema, Given<Schema> | Filled<Schema>> &
    Partial<Properties<Schema, Exclude<keyof Schema['properties'], Given<Schema> | Filled<Schema>>>>
>;

/** The options of a kind as a pipeline file gives them: those with a default may be left out. */
export type GivenOptions<Schema extends OptionsSchema> = Shown<
  Properties<Schema, Given<Schema>> & Partial<Properties<Schema, Exclude<keyof Schema['properties'], Given<Schema>>>>
>;

/** The options with the defaults of those that were left out. */
export function withDefaults(
  { properties }: OptionsSchema,
  given: { readonly [name: string]: unknown },
): Record<string, unknown> {
  const values = Object.entries(properties).map(([name, schema]): [string, unknown] => [name, given[name] ?? schema.default]);
  return Object.fromEntries(values.filter(([, value]) => value !== undefined));
}
