import { jsonFile } from '../artifacts/json-file.js';
import { type JsonObject, type JsonValue, isJsonObject } from '../../contracts/json.js';
import { holdsStored, isStored, type StoredValue } from '../../contracts/store/stored-value.js';
import type { ReadOperand } from '../../contracts/system.js';
import { PipelineError } from '../../errors/pipeline-error.js';
import type { ArtifactStore } from '../artifacts/artifact-store.js';
import { parseJson } from '../json/parse-json.js';

const FILE = 'value.json';
/** A part so small is not worth a reference, which is about as long. */
const LEAST_PART_BYTES = 512;
const READ_AT_ONCE = 16;

export const jsonBytes = (value: JsonValue): number => Buffer.byteLength(JSON.stringify(value));

/** Writes a value; equal values are one artifact. */
export async function storeValue(artifacts: ArtifactStore, value: JsonValue): Promise<StoredValue> {
  const files = [jsonFile(FILE, JSON.stringify(value))];
  return { $stored: await artifacts.publish({ kind: 'value', files, meta: {}, inputs: [] }) };
}

/**
 * The value in at most about `mostBytes` of JSON: when it has more, it is written to the store, and its largest fields, or all of it, are
 * replaced by references to what was written.
 */
export async function storeParts(artifacts: ArtifactStore, value: JsonValue, mostBytes: number): Promise<JsonValue> {
  const bytes = jsonBytes(value);
  if (bytes <= mostBytes) return value;
  const stored = await storeValue(artifacts, value);
  return isJsonObject(value) ? withoutLargest(value, bytes, mostBytes, stored) : stored;
}

function withoutLargest(value: JsonObject, bytes: number, mostBytes: number, stored: StoredValue): JsonValue {
  const sizes = Object.entries(value).map(([name, member]) => ({ name, size: jsonBytes(member) }));
  const replaced: { [name: string]: JsonValue } = { ...value };
  let left = bytes;
  for (const { name, size } of sizes.sort((one, other) => other.size - one.size)) {
    if (left <= mostBytes) return replaced;
    if (size < LEAST_PART_BYTES) return stored;
    const part: StoredValue = { ...stored, path: [name] };
    replaced[name] = part;
    left += jsonBytes(part) - size;
  }
  return left <= mostBytes ? replaced : stored;
}

/**
 * The value with all that lies in the store put back.
 * @throws PipelineError `ARTIFACT_NOT_FOUND`, `ARTIFACT_CORRUPT`, `EXECUTION_INPUT_MISSING` for a part that is not there.
 */
export async function loadParts<T extends JsonValue>(artifacts: ArtifactStore, value: T): Promise<T> {
  let whole: JsonValue = value;
  // A stored value may name other stored values.
  while (holdsStored(whole)) {
    const wanted = new Map(storedInside(whole).map((stored) => [stored.$stored.id, stored]));
    const read = await readAll(artifacts, [...wanted.values()]);
    whole = putBack(whole, read);
  }
  return whole as T;
}

function storedInside(value: JsonValue): StoredValue[] {
  if (typeof value !== 'object' || value === null) return [];
  return isStored(value) ? [value] : Object.values(value as JsonObject).flatMap(storedInside);
}

async function readAll(artifacts: ArtifactStore, wanted: readonly StoredValue[]): Promise<ReadonlyMap<string, JsonValue>> {
  const read = new Map<string, JsonValue>();
  for (let from = 0; from < wanted.length; from += READ_AT_ONCE) {
    const some = wanted.slice(from, from + READ_AT_ONCE);
    await Promise.all(some.map(async (stored) => read.set(stored.$stored.id, await readValue(artifacts, stored))));
  }
  return read;
}

function putBack(value: JsonValue, read: ReadonlyMap<string, JsonValue>): JsonValue {
  if (typeof value !== 'object' || value === null) return value;
  if (isStored(value)) return partOf(read.get(value.$stored.id) ?? null, value);
  if (isList(value)) return value.map((member) => putBack(member, read));
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, putBack(member, read)]));
}

async function readValue(artifacts: ArtifactStore, { $stored }: StoredValue): Promise<JsonValue> {
  return parseJson(await artifacts.readFile($stored, FILE), `${$stored.kind}/${$stored.id}/${FILE}`) as JsonValue;
}

/** The part of a stored value that a condition reads; null when there is no such part. */
export async function readOperand(artifacts: ArtifactStore, stored: StoredValue): Promise<ReadOperand> {
  const value = partIn(await readValue(artifacts, stored), stored.path);
  if (value === undefined) return null;
  if (typeof value !== 'object' || value === null) return { value };
  return { value: isList(value) ? [] : {} };
}

function partOf(whole: JsonValue, { path = [], optional, $stored }: StoredValue): JsonValue {
  const value = partIn(whole, path);
  if (value !== undefined) return value;
  if (optional === true) return null;
  throw new PipelineError('EXECUTION_INPUT_MISSING', {
    what: `the recorded result has no "${path.join('.')}"`,
    where: `${$stored.kind}/${$stored.id}`,
  });
}

function partIn(whole: JsonValue, path: readonly string[] = []): JsonValue | undefined {
  let value: JsonValue | undefined = whole;
  for (const field of path) value = isJsonObject(value) && Object.hasOwn(value, field) ? value[field] : undefined;
  return value;
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}
