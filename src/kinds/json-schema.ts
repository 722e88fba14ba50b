import type { JsonPrimitive } from '../contracts/json.js';

type JsonType = 'string' | 'number' | 'integer' | 'boolean' | 'null' | 'array' | 'object';

/** JSON Schema 2020-12 of one option. `title` is what messages say is expected, such as `a column name`; without one it is made from the rest. */
export interface OptionSchema {
  readonly title?: string;
  readonly description?: string;
  readonly type?: JsonType | readonly JsonType[];
  readonly enum?: readonly JsonPrimitive[];
  readonly const?: JsonPrimitive;
  readonly default?: JsonPrimitive;
  /** `duration`: a text such as `5 minutes`. Others are those of ajv-formats. */
  readonly format?: string;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly items?: OptionSchema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly properties?: { readonly [name: string]: OptionSchema };
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | OptionSchema;
  readonly minProperties?: number;
  readonly anyOf?: readonly OptionSchema[];
}

/** JSON Schema of the options of a kind: an object with named options. Names that it does not list are refused. */
export interface OptionsSchema {
  readonly properties: { readonly [name: string]: OptionSchema };
  /** Options that must be given. */
  readonly required?: readonly string[];
}
