const [QUOTE, BACKSLASH, COLON] = [0x22, 0x5c, 0x3a];
/** "[" and "{", "]" and "}" differ by this bit alone. */
const BRACE_BIT = 0x20;
const [OPENING, CLOSING] = [0x7b, 0x7d];

/**
 * How many members the objects of a JSON text have together, as written; null when lists and objects lie more than `deepest` deep within each
 * other; any answer when it is no JSON. It looks at each byte once and goes no deeper itself: code that walks the parsed value takes a
 * call for each level.
 */
export function countMembers(bytes: Uint8Array, deepest: number): number | null {
  let depth = 0;
  let members = 0;
  let inText = false;
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = bytes[index] ?? 0;
    if (inText) {
      if (byte === QUOTE) inText = false;
      else if (byte === BACKSLASH) index += 1;
    } else if (byte === QUOTE) inText = true;
    else if (byte === COLON) members += 1;
    else if ((byte | BRACE_BIT) === OPENING) {
      depth += 1;
      if (depth > deepest) return null;
    } else if ((byte | BRACE_BIT) === CLOSING) depth -= 1;
  }
  return members;
}

/** True when lists and objects of a JSON text lie more than `limit` deep within each other; any answer when it is no JSON. */
export function isDeeperThan(bytes: Uint8Array, limit: number): boolean {
  return countMembers(bytes, limit) === null;
}
