import { sha256Hex } from './hash.js';

const MAX_NAME_LENGTH = 150;
const HASH_LENGTH = 16;
/** Most names are theirs already. */
const PLAIN = /^[\w~-]{1,150}$/;

/** One name for a store key or a folder; long ones are cut and get a hash, so that different texts stay different. */
export function keyName(text: string): string {
  if (PLAIN.test(text)) return text;
  const name = encodeURIComponent(text).replaceAll('*', '%2A').replaceAll('.', '%2E');
  if (name.length <= MAX_NAME_LENGTH) return name;
  return `${name.slice(0, MAX_NAME_LENGTH - HASH_LENGTH - 1)}-${sha256Hex(text).slice(0, HASH_LENGTH)}`;
}

/** The text behind a name; a name that was cut stays as it is. */
export function textOfKeyName(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
