import { type JsonObject, type JsonValue, isJsonObject } from '../contracts/json.js';
import type { AliasBasis, ComparedChampion } from '../contracts/model.js';
const isText = (value: JsonValue | undefined): value is string => typeof value === 'string' && value.trim() !== '';

/** The basis in the details of a log entry; null when there is none, or one that says nothing. */
export function readBasis({ basis }: JsonObject): AliasBasis | null {
  if (!isJsonObject(basis)) return null;
  const { evaluation, comparedWith, person, reason, undoes } = basis;
  if (isText(person) && isText(reason)) return { person, reason };
  if (isText(evaluation) && (comparedWith === null || isChampion(comparedWith))) return { evaluation, comparedWith };
  return Number.isInteger(undoes) ? { undoes: undoes as number } : null;
}

const isChampion = (value: JsonValue | undefined): value is ComparedChampion =>
  isJsonObject(value) && Number.isInteger(value['version']);
