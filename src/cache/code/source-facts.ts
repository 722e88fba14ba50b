import type {
  CallExpression,
  ImportExpression,
  Literal,
  MemberExpression,
  NewExpression,
  Node,
  Program,
  VariableDeclarator,
} from 'acorn';
import { childrenOf, namesIn } from '../../pipeline/captures/declared-names.js';

/** What a module takes from outside, as its text says. */
export interface SourceFacts {
  /** Variables of the environment that it reads by name. */
  readonly environment: readonly string[];
  /** Files beside it that it names, other than by an import: `new URL('./limits.json', import.meta.url)`, `require('./limits.json')`. */
  readonly files: readonly string[];
  /** It loads modules whose names only a run knows. */
  readonly loadsUnknown: boolean;
}

export function sourceFacts(program: Program): SourceFacts {
  const environment = new Set<string>();
  const files = new Set<string>();
  let loadsUnknown = false;
  const visit = (node: Node): void => {
    for (const name of environmentNames(node)) environment.add(name);
    const named = namedFile(node);
    if (named !== null) files.add(named);
    if (isUnknownImport(node)) loadsUnknown = true;
    childrenOf(node).forEach(visit);
  };
  visit(program);
  return { environment: [...environment].sort(), files: [...files].sort(), loadsUnknown };
}

/** `process.env.NAME`, `process.env['NAME']`, `env.NAME`, and `const { NAME } = process.env`. */
function environmentNames(node: Node): string[] {
  if (node.type === 'MemberExpression') {
    const { object, property, computed } = node as MemberExpression;
    if (!isEnvironment(object)) return [];
    if (!computed && property.type === 'Identifier') return [property.name];
    const name = textOf(property);
    return name === null ? [] : [name];
  }
  if (node.type !== 'VariableDeclarator') return [];
  const { id, init } = node as VariableDeclarator;
  if (id.type !== 'ObjectPattern' || init == null || !isEnvironment(init)) return [];
  return id.properties.flatMap((property) => (property.type === 'Property' ? namesIn(property.key) : []));
}

function isEnvironment(node: Node): boolean {
  if (node.type === 'Identifier') return 'name' in node && node.name === 'env';
  if (node.type !== 'MemberExpression') return false;
  const { property } = node as MemberExpression;
  return property.type === 'Identifier' && property.name === 'env';
}

function namedFile(node: Node): string | null {
  if (node.type !== 'NewExpression' && node.type !== 'CallExpression') return null;
  const { callee, arguments: inputs } = node as CallExpression | NewExpression;
  const called = callee.type === 'MemberExpression' ? callee.property : callee;
  if (called.type !== 'Identifier' || !['URL', 'require', 'resolve'].includes(called.name)) return null;
  const text = inputs[0] === undefined ? null : textOf(inputs[0]);
  return text !== null && /^\.{1,2}\//.test(text) ? text : null;
}

/** The bundler finds the modules of a text, and of a template that begins with a folder beside the file. */
function isUnknownImport(node: Node): boolean {
  if (node.type === 'ImportExpression') return !isFound((node as ImportExpression).source);
  if (node.type !== 'CallExpression') return false;
  const { callee, arguments: inputs } = node as CallExpression;
  return callee.type === 'Identifier' && callee.name === 'require' && inputs[0] !== undefined && !isFound(inputs[0]);
}

function isFound(source: Node): boolean {
  if (textOf(source) !== null) return true;
  if (source.type !== 'TemplateLiteral' || !('quasis' in source)) return false;
  const [first] = source.quasis as { readonly value: { readonly cooked?: string | null } }[];
  return /^\.{1,2}\//.test(first?.value.cooked ?? '');
}

function textOf(node: Node): string | null {
  if (node.type !== 'Literal') return null;
  const { value } = node as Literal;
  return typeof value === 'string' ? value : null;
}
