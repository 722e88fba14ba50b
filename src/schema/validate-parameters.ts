import { checkCall } from '../errors/check-call.js';
import { anObject } from '../errors/kinds.js';
import type { ErrorObject, ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { type JsonObject, type JsonValue, isPlainObject } from '../contracts/json.js';
import { checkParameterSize, MAX_PARAMETER_CHARACTERS, parameterCharacters } from '../contracts/limits/parameter-size.js';
import { reasonOf } from '../errors/describe-thrown.js';
import { PipelineError } from '../errors/pipeline-error.js';
import { shownValue } from '../errors/shown-value.js';

/** One wrong field of a parameter object. `path` is `(all)` when the object itself is wrong. */
export type ParameterProblem = { readonly path: string; readonly expected: string; readonly received: string };

const ajv = new Ajv2020({
  allErrors: true,
  useDefaults: true,
  verbose: true,
  ownProperties: true,
  strict: false,
  strictNumbers: true,
  logger: false,
});
addFormats.default(ajv);

const compiled = new WeakMap<JsonObject, ValidateFunction>();

/**
 * Checks the parameters of a run and puts the defaults in; `input` is left as it was and `undefined` counts as `{}`.
 * @param parameters - `Plan.parameters`.
 * @throws PipelineError `AUTHORING_PARAMETERS_INVALID`, never retryable, with every bad field in `details.problems`;
 *   `EXECUTION_PARAMETERS_TOO_LARGE` above 256 KiB.
 */
export function validateParameters(parameters: JsonObject, input: unknown): JsonObject {
  checkCall('validateParameters', { parameters }, { parameters: anObject });
  const pipeline = parameters['title'];
  const run = typeof pipeline === 'string' ? `a run of pipeline "${pipeline}"` : 'a run';
  checkParameterSize(input as JsonValue, run);
  const { problems, value } = checkParameters(parameters, input);
  if (problems.length === 0) return value;
  throw new PipelineError('AUTHORING_PARAMETERS_INVALID', {
    what: problems.map(({ path, expected, received }) => `parameter ${path}: expected ${expected}, got ${received}`).join('; '),
    ...(typeof pipeline === 'string' ? { where: run } : {}),
    details: { problems: [...problems] },
  });
}

function compile(parameters: JsonObject): ValidateFunction {
  try {
    return ajv.compile(parameters);
  } catch (error) {
    throw new PipelineError('AUTHORING_OPTION_INVALID', {
      what: `\`parameters\` is no JSON Schema: ${reasonOf(error)}`,
      where: 'validateParameters(...)',
      expected: 'the parameters of a plan',
      cause: error,
    });
  }
}

/** As `validateParameters`, with the problems as data. */
export function checkParameters(
  parameters: JsonObject,
  input: unknown,
): { readonly problems: readonly ParameterProblem[]; readonly value: JsonObject } {
  const value = withChosenTexts(shallowCopy(input === undefined ? {} : input), parameters);
  const validate = compiled.get(parameters) ?? compile(parameters);
  compiled.set(parameters, validate);
  const valid = validate(value);
  const size = parameterCharacters(input as JsonValue);
  const tooLarge = { path: '(all)', expected: `at most ${MAX_PARAMETER_CHARACTERS} characters of JSON`, received: String(size) };
  const problems = [
    ...(valid ? [] : (validate.errors ?? []).map((error) => problemOf(error, parameters))),
    ...(size > MAX_PARAMETER_CHARACTERS ? [tooLarge] : []),
  ];
  return { problems: [...new Map(problems.map((problem) => [problem.path, problem])).values()], value: value as JsonObject };
}

/** Why a JSON Schema cannot be used, such as a pattern that is no regular expression; null when it can. */
export function jsonSchemaProblem(schema: JsonObject): string | null {
  try {
    ajv.compile(schema);
    return null;
  } catch (error) {
    return reasonOf(error);
  }
}

/**
 * A number where one of some texts is asked for is the text that is written so: a start by name reads `year=2001` as JSON, for it does not know
 * that `param.oneOf(['2001'])` is declared.
 */
function withChosenTexts(value: unknown, parameters: JsonObject): unknown {
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, given]) => {
      const property = propertySchema(parameters, name);
      const items = itemSchema(property);
      return [name, Array.isArray(given) ? given.map((item) => chosenText(item, items)) : chosenText(given, property)];
    }),
  );
}

function chosenText(given: unknown, { enum: values }: JsonObject): unknown {
  if (typeof given !== 'number' || !Array.isArray(values) || (values as readonly unknown[]).includes(given)) return given;
  return (values as readonly unknown[]).includes(String(given)) ? String(given) : given;
}

/** Defaults are written at the top level only. */
function shallowCopy(input: unknown): unknown {
  return isPlainObject(input) ? { ...input } : input;
}

function problemOf(error: ErrorObject, parameters: JsonObject): ParameterProblem {
  const at = error.instancePath
    .slice(1)
    .replaceAll(/\/(\d+)/g, '[$1]')
    .replaceAll('/', '.');
  const details: Readonly<Record<string, unknown>> = error.params;
  if (error.keyword === 'required') {
    const name = String(details['missingProperty']);
    return { path: name, expected: describe(propertySchema(parameters, name)), received: 'nothing' };
  }
  if (error.keyword === 'additionalProperties') {
    const valid = Object.keys(parameters['properties'] ?? {});
    const expected = valid.length === 0 ? 'no parameters' : `a known name (${valid.join(', ')})`;
    return { path: String(details['additionalProperty']), expected, received: 'an unknown name' };
  }
  const expected = at === '' ? 'a JSON object of parameters' : describe(propertySchema(parameters, at));
  return { path: at === '' ? '(all)' : at, expected, received: shownValue(error.data) };
}

/** Place of a parameter, or of an item of a list: `airports[2]`. */
function propertySchema(parameters: JsonObject, path: string): JsonObject {
  const properties = parameters['properties'] as Readonly<Record<string, JsonObject>> | undefined;
  const [name = '', item] = path.split('[');
  const property = (properties !== undefined && Object.hasOwn(properties, name) ? properties[name] : undefined) ?? {};
  return item === undefined ? property : itemSchema(property);
}

function itemSchema({ items }: JsonObject): JsonObject {
  return isPlainObject(items) ? items : {};
}

const NOUNS: Readonly<Record<string, string>> = {
  integer: 'an integer',
  number: 'a number',
  boolean: 'true or false',
  string: 'a string',
};

function describe(field: JsonObject): string {
  const {
    type,
    format,
    minimum,
    maximum,
    minLength,
    maxLength,
    pattern,
    enum: values,
  } = field as Readonly<Record<string, JsonValue>>;
  if (Array.isArray(values)) return `one of ${values.map(shownValue).join(', ')}`;
  if (format === 'date') return 'a date such as "2001-01-31"';
  if (type === 'array') return describeList(field);
  const noun = typeof type === 'string' ? (NOUNS[type] ?? 'a valid value') : 'a valid value';
  const limits = [
    ...(minimum === undefined ? [] : [`>= ${shownValue(minimum)}`]),
    ...(maximum === undefined ? [] : [`<= ${shownValue(maximum)}`]),
    ...(minLength === undefined ? [] : [`of at least ${shownValue(minLength)} characters`]),
    ...(maxLength === undefined ? [] : [`of at most ${shownValue(maxLength)} characters`]),
    ...(pattern === undefined ? [] : [`that matches ${shownValue(pattern)}`]),
  ];
  return [noun, limits.join(' and ')].filter((part) => part !== '').join(' ');
}

function describeList(field: JsonObject): string {
  const { minItems: least, maxItems: most } = field;
  const limits = [
    ...(least === undefined ? [] : [`at least ${shownValue(least)}`]),
    ...(most === undefined ? [] : [`at most ${shownValue(most)}`]),
  ].join(' and ');
  return `a list${limits === '' ? '' : ` of ${limits} items`}, each ${describe(itemSchema(field))}`;
}
