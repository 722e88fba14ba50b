import fs from 'node:fs/promises';
import path from 'node:path';
import type { CallExpression, ImportDeclaration, Node } from 'acorn';
import { type Loader, transform } from 'esbuild';
import { parseProgram } from '../../pipeline/captures/parse-function.js';
import { sha256Hex } from '../../store/hash.js';
import { type SourceFacts, sourceFacts } from './source-facts.js';
import { type Ignored, treeHash } from './syntax-hash.js';
import { PACKAGE_NAME } from '../../contracts/package-name.js';

const LOADERS: { readonly [extension: string]: Loader } = {
  '.ts': 'ts',
  '.mts': 'ts',
  '.cts': 'ts',
  '.tsx': 'tsx',
  '.js': 'js',
  '.mjs': 'js',
  '.cjs': 'js',
  '.jsx': 'jsx',
};

export interface ReadSource extends SourceFacts {
  readonly hash: string;
}

const NO_FACTS: SourceFacts = { environment: [], files: [], loadsUnknown: false };

/** Whether a file is code: it may import others. */
export const isCode = (file: string): boolean => LOADERS[path.extname(file)] !== undefined;

/** A local module. Of code only what it says counts; of any other file (JSON, text) its bytes. */
export async function readModule(file: string): Promise<ReadSource> {
  return readSource(file, () => false);
}

/**
 * The file that defines a pipeline, without the calls of `definePipeline`: each step has its own text and configuration in there, and a
 * change of one must not be a change of all. Imports of this package do not count either; its version does.
 */
export async function readDefiningFile(file: string): Promise<ReadSource> {
  return readSource(file, (node) => isDefinition(node) || isOwnImport(node));
}

async function readSource(file: string, ignored: Ignored): Promise<ReadSource> {
  const source = await fs.readFile(file);
  const loader = LOADERS[path.extname(file)];
  if (loader === undefined) return { hash: sha256Hex(source), ...NO_FACTS };
  const { code } = await transform(source.toString('utf8'), { loader, sourcefile: file, target: 'esnext', logLevel: 'silent' });
  const program = parseProgram(code, 'module');
  return { hash: treeHash(program, ignored), ...sourceFacts(program) };
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
  return typeof from === 'string' && (from === PACKAGE_NAME || from.startsWith(`${PACKAGE_NAME}/`));
}
