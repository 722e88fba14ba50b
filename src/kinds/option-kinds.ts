import { createRequire } from 'node:module';
import type { Ajv2020 } from 'ajv/dist/2020.js';
import type addFormats from 'ajv-formats';
import { isPlainObject } from '../contracts/json.js';
import type { Kind, Kinds } from '../errors/check-call.js';
import { reasonOf } from '../errors/describe-thrown.js';
import { describeOption } from './describe-option.js';
import type { OptionSchema, OptionsSchema } from './json-schema.js';

const DURATION = /^\d+(?:\.\d+)? (microsecond|millisecond|second|minute|hour|day|week)s?$/;

let ajv: Ajv2020 | null = null;

/** Loaded when the first option is checked: a command that checks none starts without it. */
function validatorEngine(): Ajv2020 {
  if (ajv !== null) return ajv;
  const require = createRequire(import.meta.url);
  const { Ajv2020: Engine } = require('ajv/dist/2020.js') as { readonly Ajv2020: typeof Ajv2020 };
  const formats = require('ajv-formats') as typeof addFormats;
  ajv = new Engine({ strict: false, strictNumbers: true, ownProperties: true, logger: false });
  formats.default(ajv);
  ajv.addFormat('duration', DURATION);
  return ajv;
}

/** By schema and by what may stand for an option. */
const compiled = new WeakMap<OptionsSchema, Map<StandsFor, Kinds>>();

/** A value that may stand in the place of an option until the run is known, such as a parameter. */
export type StandsFor = (value: unknown) => boolean;

/** What `checkCall` asks of each option of a kind. */
export function kindsOf(schema: OptionsSchema, standsFor: StandsFor): Kinds {
  const bySchema = compiled.get(schema) ?? new Map<StandsFor, Kinds>();
  const known = bySchema.get(standsFor);
  if (known !== undefined) return known;
  const required = new Set(schema.required ?? []);
  const kinds = Object.fromEntries(
    Object.entries(schema.properties).map(([name, option]): [string, Kind] => {
      const kind = kindOf(option, standsFor);
      return [name, required.has(name) ? kind : { ...kind, optional: true }];
    }),
  );
  compiled.set(schema, bySchema.set(standsFor, kinds));
  return kinds;
}

/** Looks into objects and lists member by member, so that a message names the path of what is wrong. */
function kindOf(schema: OptionSchema, standsFor: StandsFor): Kind {
  const expected = describeOption(schema);
  const { properties, items, additionalProperties: others } = schema;
  if (properties !== undefined) {
    const options = kindsOf({ properties, required: schema.required ?? [] }, standsFor);
    return { expected, holds: isPlainObject, options };
  }
  if (items !== undefined) {
    return { expected, holds: validator(without(schema, 'items'), standsFor), members: kindOf(items, standsFor) };
  }
  if (typeof others === 'object') {
    return {
      expected,
      holds: validator({ ...without(schema, 'additionalProperties'), type: 'object' }, standsFor),
      members: kindOf(others, standsFor),
    };
  }
  return { expected, holds: validator(schema, standsFor) };
}

/** What is inside is looked at member by member. */
const without = (schema: OptionSchema, keyword: keyof OptionSchema): OptionSchema =>
  Object.fromEntries(Object.entries(schema).filter(([name]) => name !== keyword));

/** Compiled when the first value comes: a pipeline names few of the kinds that there are. */
function validator(schema: OptionSchema, standsFor: StandsFor): Kind['holds'] {
  let validate: ((value: unknown) => unknown) | null = null;
  return (value) => {
    if (standsFor(value)) return true;
    validate ??= validatorEngine().compile(schema);
    return validate(value) === true;
  };
}

/** Why a schema cannot be used, such as a pattern that is no regular expression; null when it can. */
export function optionsSchemaProblem(schema: unknown): string | null {
  if (!isPlainObject(schema) || !isPlainObject(schema['properties'])) return 'an object with `properties` is expected';
  const unlisted = ([schema['required'] ?? []].flat() as unknown[]).filter(
    (name) => !Object.hasOwn(schema['properties'] as object, String(name)),
  );
  if (unlisted.length > 0) return `\`required\` names ${unlisted.join(', ')}, which \`properties\` lacks`;
  try {
    validatorEngine().compile({ type: 'object', ...schema });
    return null;
  } catch (error) {
    return reasonOf(error);
  }
}
