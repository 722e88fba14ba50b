import fs from 'node:fs/promises';
import type { JsonObject, JsonValue } from '../contracts/json.js';
import { PipelineError } from '../errors/pipeline-error.js';

export interface ParameterWords {
  /** `--params`: a JSON object, or `@file.json`. */
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
    const value = readValue(word.slice(split + 1), declaredType(schema, name));
    if (value === undefined) problems.push(`--param ${word}: expected ${declaredType(schema, name) ?? 'JSON'}`);
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
  const value = parseJson(text);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw new PipelineError('CLI_PARAMETERS', {
    what: value === undefined ? 'the parameters are not JSON' : 'the parameters are not an object',
    where,
    expected: 'one JSON object',
    received: text.length > 80 ? `${text.slice(0, 80)}...` : text,
  });
}

function declaredType(schema: JsonObject | null, name: string): string | null {
  const properties = schema?.['properties'];
  if (!isObject(properties)) return null;
  const property = properties[name];
  if (!isObject(property)) return null;
  return typeof property['type'] === 'string' ? property['type'] : null;
}

/** Undefined when the word cannot be read as the type. */
function readValue(word: string, type: string | null): JsonValue | undefined {
  if (type === 'string') return word;
  const value = parseJson(word);
  if (type === null) return value ?? (word === 'null' ? null : word);
  const fits =
    ((type === 'number' || type === 'integer') && typeof value === 'number') ||
    (type === 'boolean' && typeof value === 'boolean') ||
    (type === 'array' && Array.isArray(value)) ||
    (type === 'object' && isObject(value ?? null));
  return fits ? value : undefined;
}

function parseJson(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
