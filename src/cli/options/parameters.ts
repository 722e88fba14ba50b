import fs from 'node:fs/promises';
import { type JsonObject, type JsonValue, isJsonObject, isPlainObject } from '../../contracts/json.js';
import { reasonOf } from '../../errors/describe-thrown.js';
import { PipelineError } from '../../errors/pipeline-error.js';

export interface ParameterWords {
  /** `--params`: a JSON object, or `@file` with JSON, or with YAML when it is called `.yaml` or `.yml`. */
  readonly params?: string;
  /** `--param name=value`, in order. */
  readonly param: readonly string[];
}

/**
 * One parameter object from the command line; `--param` wins over `--params`. With the pipeline's JSON Schema at hand a value is read
 * as the declared type; without it a value that is JSON is taken as JSON and any other as text.
 * @throws PipelineError `CLI_PARAMETERS` listing every word that cannot be read.
 */
export async function readParameters(words: ParameterWords, schema: JsonObject | null): Promise<JsonObject> {
  const base = words.params === undefined ? {} : await readObject(words.params);
  const problems: string[] = [];
  const single: Record<string, JsonValue> = {};
  for (const word of words.param) {
    const split = word.indexOf('=');
    if (split < 1) {
      problems.push(`--param ${word} has no name=value`);
      continue;
    }
    const name = word.slice(0, split);
    const declared = declaredSchema(schema, name);
    if (declared?.['type'] === 'array') {
      const before = single[name];
      single[name] = [
        ...(Array.isArray(before) ? (before as readonly JsonValue[]) : []),
        ...readList(word.slice(split + 1), declared),
      ];
      continue;
    }
    const text = word.slice(split + 1);
    if (Array.isArray(declared?.['enum'])) {
      // One that is not among them stays a text, so that the check of all parameters names them.
      single[name] = readWord(text, declared);
      continue;
    }
    const type = typeof declared?.['type'] === 'string' ? declared['type'] : null;
    const value = readValue(text, type);
    if (value === undefined) problems.push(`--param ${word}: expected ${type ?? 'JSON'}`);
    else single[name] = value;
  }
  if (problems.length > 0) throw new PipelineError('CLI_PARAMETERS', { what: problems.join('; '), details: { problems } });
  return { ...base, ...single };
}

async function readObject(word: string): Promise<JsonObject> {
  const file = word.startsWith('@') ? word.slice(1) : null;
  const where = file === null ? '--params' : `--params ${word}`;
  const text =
    file === null
      ? word
      : await fs.readFile(file, 'utf8').catch((error: unknown) => {
          throw new PipelineError('CLI_PARAMETERS', { what: `the parameter file ${file} cannot be read`, where, cause: error });
        });
  const value = file !== null && /\.ya?ml$/.test(file) ? await parseYamlFile(text, where) : parseJson(text);
  if (isPlainObject(value)) return value;
  throw new PipelineError('CLI_PARAMETERS', {
    what: value === undefined ? 'the parameters are not JSON' : 'the parameters are not an object',
    where,
    expected: file === null ? 'one JSON object' : 'one object, as JSON or YAML',
    received: text.length > 80 ? `${text.slice(0, 80)}...` : text,
  });
}

function declaredSchema(schema: JsonObject | null, name: string): JsonObject | null {
  const property = schema === null ? undefined : propertiesOf(schema)[name];
  return isJsonObject(property) ? property : null;
}

/** Undefined when the word cannot be read as the type. */
function readValue(word: string, type: string | null): JsonValue | undefined {
  if (type === 'string') return word;
  const value = parseJson(word);
  if (type === null) return value ?? (word === 'null' ? null : word);
  const fits =
    ((type === 'number' || type === 'integer') && typeof value === 'number') ||
    (type === 'boolean' && typeof value === 'boolean') ||
    (type === 'object' && isJsonObject(value ?? null));
  return fits ? value : undefined;
}

function parseJson(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}

async function parseYamlFile(text: string, where: string): Promise<JsonValue> {
  const { parse: parseYaml } = await import('yaml');
  try {
    // Through JSON: what YAML knows beyond it, such as NaN, must not reach a run.
    return JSON.parse(JSON.stringify(parseYaml(text) ?? null)) as JsonValue;
  } catch (error) {
    const message = reasonOf(error);
    throw new PipelineError('CLI_PARAMETERS', { what: `the parameters are not YAML: ${message}`, where, cause: error });
  }
}

/** The flag of a parameter, without dashes: `maxDepth` and `max_depth` are `max-depth`. */
export const flagName = (parameter: string): string =>
  parameter
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replaceAll('_', '-')
    .toLowerCase();

/** The environment variable of a parameter: `maxDepth` is `PERENNIAL_PARAM_MAX_DEPTH`. */
export const variableName = (parameter: string): string =>
  `PERENNIAL_PARAM_${flagName(parameter).replaceAll('-', '_').toUpperCase()}`;

/** Parameters that the environment sets. An empty variable counts as unset. */
export function environmentParameters(schema: JsonObject, env: Readonly<Record<string, string | undefined>>): JsonObject {
  const words: Record<string, string> = {};
  for (const parameter of Object.keys(propertiesOf(schema))) {
    const word = env[variableName(parameter)];
    if (word !== undefined && word !== '') words[parameter] = word;
  }
  return flagParameters(schema, words);
}

/** Words as the declared types; one that does not fit stays a text, so that the check of all parameters names it. */
export function flagParameters(schema: JsonObject, words: FlagWords): JsonObject {
  return Object.fromEntries(
    Object.entries(words).map(([parameter, word]): [string, JsonValue] => {
      const property = declaredSchema(schema, parameter);
      if (typeof word === 'boolean' || property === null) return [parameter, word];
      if (property['type'] === 'array') return [parameter, [word].flat().flatMap((part) => readList(part, property))];
      return [parameter, typeof word === 'string' ? readWord(word, property) : word];
    }),
  );
}

/** By parameter; the words of a list in the order in which its flag was repeated. */
export type FlagWords = Readonly<Record<string, string | boolean | readonly string[]>>;

function readWord(word: string, { enum: values, type }: JsonObject): JsonValue {
  if (!Array.isArray(values)) return readValue(word, typeof type === 'string' ? type : null) ?? word;
  const fitting = (values as readonly JsonValue[]).find((value) => asWord(value) === word);
  return fitting ?? word;
}

/** `ATL,JFK`, or a JSON array, in which items may have commas. No text is no items. */
function readList(word: string, { items }: JsonObject): readonly JsonValue[] {
  const json = word.trimStart().startsWith('[') ? parseJson(word) : undefined;
  if (Array.isArray(json)) return json as readonly JsonValue[];
  if (word === '') return [];
  return word.split(',').map((part) => readWord(part.trim(), isJsonObject(items) ? items : {}));
}

const asWord = (value: JsonValue | undefined): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** Type, range, default and description in one line of help. */
export function schemaInWords(schema: JsonObject, required: boolean): string {
  const { items, minItems, maxItems, default: preset, description } = schema;
  const isList = schema['type'] === 'array';
  const about = [
    ...valueInWords(isList && isJsonObject(items) ? items : schema),
    isList ? 'a list with commas, or repeated' : '',
    minItems === undefined ? '' : `${asWord(minItems)} items or more`,
    maxItems === undefined ? '' : `${asWord(maxItems)} items or less`,
    preset === undefined ? (required ? 'required' : '') : `default ${presetInWords(preset)}`,
  ].filter((part) => part !== '');
  return `${typeof description === 'string' ? `${description} ` : ''}(${about.join(', ')})`;
}

function valueInWords(schema: JsonObject): readonly string[] {
  const { type, format, enum: values, minimum, maximum, minLength, maxLength, pattern } = schema;
  return [
    Array.isArray(values) ? values.map(asWord).join(' | ') : format === 'date' ? 'date, such as 2001-01-31' : asWord(type),
    minimum === undefined ? '' : `at least ${asWord(minimum)}`,
    maximum === undefined ? '' : `at most ${asWord(maximum)}`,
    minLength === undefined ? '' : `${asWord(minLength)} characters or more`,
    maxLength === undefined ? '' : `${asWord(maxLength)} characters or less`,
    pattern === undefined ? '' : `matches ${asWord(pattern)}`,
  ];
}

/** A list as its flag takes it; one that is empty, or has commas of its own, as JSON. */
function presetInWords(preset: JsonValue): string {
  if (!Array.isArray(preset)) return asWord(preset);
  const words = (preset as readonly JsonValue[]).map(asWord);
  return words.length === 0 || words.some((word) => word.includes(',')) ? JSON.stringify(preset) : words.join(',');
}

const propertiesOf = (schema: JsonObject): JsonObject => {
  const properties = schema['properties'];
  return isJsonObject(properties) ? properties : {};
};
