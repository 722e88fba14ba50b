import fs from 'node:fs/promises';
import path from 'node:path';
import type { CallExpression, ImportDeclaration, Node } from 'acorn';
import { type Loader, transform } from 'esbuild';
import { sha256Hex } from '../store/hash.js';
import { type Ignored, syntaxHash } from './syntax-hash.js';

const LOADERS: { readonly [extension: string]: Loader } = {
  ...{ '.ts': 'ts', '.mts': 'ts', '.cts': 'ts', '.tsx': 'tsx' },
  ...{ '.js': 'js', '.mjs': 'js', '.cjs': 'js', '.jsx': 'jsx' },
};

/** Hash of a local module. Of code only what it says counts; of any other file (JSON, text) its bytes. */
export async function moduleHash(file: string): Promise<string> {
  return hashFile(file, () => false);
}

/**
 * Hash of the file that defines a pipeline, without the calls of `definePipeline`: each step has its own text and configuration in there,
 * and a change of one must not be a change of all. Imports of this package do not count either; its version does.
 */
export async function definingFileHash(file: string): Promise<string> {
  return hashFile(file, (node) => isDefinition(node) || isOwnImport(node));
}

async function hashFile(file: string, ignored: Ignored): Promise<string> {
  const source = await fs.readFile(file);
  const loader = LOADERS[path.extname(file)];
  if (loader === undefined) return sha256Hex(source);
  const { code } = await transform(source.toString('utf8'), { loader, sourcefile: file, target: 'esnext', logLevel: 'silent' });
  return syntaxHash(code, 'module', ignored);
}

function isDefinition(node: Node): boolean {
  if (node.type !== 'CallExpression') return false;
  const { callee } = node as CallExpression;
  if (callee.type === 'Identifier') return callee.name === 'definePipeline';
  return callee.type === 'MemberExpression' && callee.property.type === 'Identifier' && callee.property.name === 'definePipeline';
}

function isOwnImport(node: Node): boolean {
  if (node.type !== 'ImportDeclaration') return false;
  const from = (node as ImportDeclaration).source.value;
  return typeof from === 'string' && (from === 'perennial' || from.startsWith('perennial/'));
}
