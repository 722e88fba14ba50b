import type { Class, Function as FunctionNode, Node, Pattern, VariableDeclaration } from 'acorn';

/** True of what has a `this`, an `arguments` or a scope for `var` of its own. */
export const isFunction = (node: Node): node is FunctionNode =>
  node.type === 'FunctionDeclaration' || node.type === 'FunctionExpression' || node.type === 'ArrowFunctionExpression';

export const isClass = (node: Node): node is Class => node.type === 'ClassDeclaration' || node.type === 'ClassExpression';

/** The nodes directly below one, in the order of the text. */
export function childrenOf(node: Node): Node[] {
  return Object.values(node)
    .flatMap((field: unknown) => (Array.isArray(field) ? (field as unknown[]) : [field]))
    .filter(isNode);
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

/** The names that a pattern, such as `{ a, b: [c = 1] }`, gives values to. */
export function namesIn(pattern: Pattern | Node | null): string[] {
  if (pattern === null) return [];
  const node = pattern as Pattern;
  switch (node.type) {
    case 'Identifier':
      return [node.name];
    case 'ObjectPattern':
      return node.properties.flatMap((property) => namesIn(property.type === 'Property' ? property.value : property.argument));
    case 'ArrayPattern':
      return node.elements.flatMap((element) => namesIn(element));
    case 'AssignmentPattern':
      return namesIn(node.left);
    case 'RestElement':
      return namesIn(node.argument);
    case 'MemberExpression':
      return [];
  }
}

/** Names that `let`, `const`, `class` and `function` declare right in a block, and that imports do. */
export function lexicalNames(statements: readonly Node[]): string[] {
  return statements.flatMap((statement): string[] => {
    if (statement.type === 'VariableDeclaration') return declaredBy(statement as VariableDeclaration);
    if (isFunction(statement) || isClass(statement)) return statement.id == null ? [] : [statement.id.name];
    if (statement.type === 'ImportDeclaration')
      return childrenOf(statement).flatMap((one) => ('local' in one ? namesIn(one.local as Node) : []));
    if (statement.type.startsWith('Export')) return lexicalNames(childrenOf(statement));
    return [];
  });
}

/** Names that `var` declares anywhere below, functions inside left out. */
export function varNames(node: Node): string[] {
  const own = isVar(node) ? declaredBy(node) : [];
  return [...own, ...childrenOf(node).flatMap((child) => (isFunction(child) || isClass(child) ? [] : varNames(child)))];
}

const isVar = (node: Node): node is VariableDeclaration =>
  node.type === 'VariableDeclaration' && 'kind' in node && node.kind === 'var';

const declaredBy = ({ declarations }: VariableDeclaration): string[] => declarations.flatMap(({ id }) => namesIn(id));
