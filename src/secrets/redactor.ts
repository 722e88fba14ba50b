import type { JsonObject, JsonValue } from '../contracts/json.js';
import { secretForms } from './secret-forms.js';

/** Takes the values of secrets out of whatever is about to leave a step. */
export interface Redactor {
  /** `[secret NAME]` stands where a value, or a known form of it, was. */
  text(text: string): string;
  /** Every string of it, names of members too. */
  json<Value extends JsonValue>(value: Value): Value;
  /** Name of the first secret that the bytes hold in a known form, or null. */
  find(bytes: Uint8Array): string | null;
  /** Length in bytes of the longest form: the overlap needed when bytes are searched in pieces. */
  readonly longest: number;
}

const SPECIAL = /[.*+?^${}()|[\]\\/-]/g;

/** @param values - by name, as `resolveSecrets` gives them; none at all gives a redactor that changes nothing. */
export function createRedactor(values: ReadonlyMap<string, string>): Redactor {
  const nameOf = new Map<string, string>();
  for (const [name, value] of values) for (const form of secretForms(value)) if (!nameOf.has(form)) nameOf.set(form, name);
  if (nameOf.size === 0) return NOTHING_TO_HIDE;
  const forms = [...nameOf.keys()].sort((left, right) => right.length - left.length);
  const pattern = new RegExp(forms.map((form) => form.replace(SPECIAL, '\\$&')).join('|'), 'g');
  const needles = forms.map((form) => ({ bytes: Buffer.from(form, 'utf8'), name: nameOf.get(form) ?? '' }));
  const text = (original: string): string => original.replace(pattern, (form) => `[secret ${nameOf.get(form) ?? ''}]`);
  return {
    text,
    json: (value) => redactJson(value, text) as typeof value,
    find: (bytes) => {
      const haystack = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      return needles.find((needle) => haystack.includes(needle.bytes))?.name ?? null;
    },
    longest: Math.max(...needles.map(({ bytes }) => bytes.length)),
  };
}

const NOTHING_TO_HIDE: Redactor = { text: (text) => text, json: (value) => value, find: () => null, longest: 0 };

function redactJson(value: JsonValue, text: (original: string) => string): JsonValue {
  if (typeof value === 'string') return text(value);
  if (typeof value !== 'object' || value === null) return value;
  if (isList(value)) return value.map((part) => redactJson(part, text));
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [text(key), redactJson(part, text)]));
}

const isList = (value: readonly JsonValue[] | JsonObject): value is readonly JsonValue[] => Array.isArray(value);
