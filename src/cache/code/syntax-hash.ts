import type { Node } from 'acorn';
import { isSyntaxError, parseProgram } from '../../pipeline/captures/parse-function.js';
import { sha256Hex } from '../../store/hash.js';

/** Parts of a syntax tree that say where something stands, not what it is. */
const PLACES = new Set(['start', 'end', 'loc', 'range', 'raw', 'sourceFile']);

/** True for a part of the program that does not count. */
export type Ignored = (node: Node) => boolean;

/** SHA-256 of what JavaScript says, not of how it is written: white space, comments and the quotes of texts do not count. */
export const treeHash = (tree: Node, ignored: Ignored = () => false): string => sha256Hex(JSON.stringify(plain(tree, ignored)));

/** Hash of a function's own text: an expression, a method of an object, or a class member. A native one counts by its text. */
export function functionHash(text: string): string {
  for (const code of [`(${text})`, `({ ${text} })`]) {
    try {
      return treeHash(parseProgram(code, 'script'));
    } catch (error) {
      if (!isSyntaxError(error)) throw error;
    }
  }
  return sha256Hex(text);
}

/** The first node that is `undefined` in the tree would be dropped by JSON; what is left out becomes null, so that its place stays. */
function plain(value: unknown, ignored: Ignored): unknown {
  if (typeof value === 'bigint') return `${value}n`;
  if (value instanceof RegExp) return String(value);
  if (Array.isArray(value)) return value.map((item) => plain(item, ignored));
  if (typeof value !== 'object' || value === null) return value;
  if ('type' in value && ignored(value as Node)) return null;
  const fields = Object.entries(value).filter(([name]) => !PLACES.has(name));
  return Object.fromEntries(fields.map(([name, field]) => [name, plain(field, ignored)]));
}
