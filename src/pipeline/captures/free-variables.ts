import type { AssignmentExpression, Identifier, MemberExpression, Node, Property } from 'acorn';
import { childrenOf, isClass, isFunction, lexicalNames, namesIn, varNames } from './declared-names.js';
import { parseFunction } from './parse-function.js';

/** What a function's text says of what is around it. */
export interface FreeVariables {
  /** Variables that it reads or writes and does not declare, globals among them, in the order of the text. */
  readonly names: readonly string[];
  /** Those of them that it gives new values to. */
  readonly assigned: ReadonlySet<string>;
  /** It reads `this`, `super`, `arguments` or `new.target` of what surrounds it (an arrow function), or its own (any other). */
  readonly usesThis: boolean;
  readonly isArrow: boolean;
}

type Scope = { readonly names: ReadonlySet<string>; readonly outer: Scope | null };

/** Null when the text is no function that can be read, as of a native or bound one. */
export function freeVariables(text: string): FreeVariables | null {
  const root = parseFunction(text);
  if (root === null) return null;
  const names = new Set<string>();
  const assigned = new Set<string>();
  let usesThis = false;
  const refer = (name: string, scope: Scope | null, isAssigned = false): void => {
    for (let at = scope; at !== null; at = at.outer) if (at.names.has(name)) return;
    names.add(name);
    if (isAssigned) assigned.add(name);
  };
  const visit = (node: Node, scope: Scope | null, ownsThis: boolean): void => {
    if (node.type === 'Identifier') refer((node as Identifier).name, scope);
    if (!ownsThis && ['ThisExpression', 'Super', 'MetaProperty'].includes(node.type)) usesThis = true;
    for (const name of assignedBy(node)) refer(name, scope, true);
    const inside = scopeOf(node, scope);
    for (const child of childrenOf(node)) {
      if (isName(child, node)) continue;
      // The root's own `this` counts; that of a function or class inside is its own affair.
      const owns =
        ownsThis ||
        (node !== root && ((isFunction(node) && node.type !== 'ArrowFunctionExpression') || node.type === 'ClassBody'));
      visit(child, inside, owns);
    }
  };
  visit(root, null, false);
  const isArrow = root.type === 'ArrowFunctionExpression';
  if (isArrow && names.delete('arguments')) usesThis = true;
  return { names: [...names], assigned, usesThis, isArrow };
}

function scopeOf(node: Node, outer: Scope | null): Scope | null {
  const names = namesOfScope(node);
  return names.length === 0 ? outer : { names: new Set(names), outer };
}

function namesOfScope(node: Node): string[] {
  if (isFunction(node)) {
    const own = node.type === 'ArrowFunctionExpression' ? [] : ['arguments', ...namesIn(node.id ?? null)];
    return [...own, ...node.params.flatMap((parameter) => namesIn(parameter)), ...varNames(node.body)];
  }
  if (isClass(node)) return namesIn(node.id ?? null);
  if (node.type === 'CatchClause') return 'param' in node ? namesIn(node.param as Node | null) : [];
  const below = childrenOf(node);
  if (node.type === 'SwitchStatement')
    return lexicalNames(below.flatMap((one) => (one.type === 'SwitchCase' ? childrenOf(one) : [])));
  if (/^(?:BlockStatement|StaticBlock|For(?:In|Of)?Statement)$/.test(node.type)) return lexicalNames(below);
  return [];
}

function assignedBy(node: Node): string[] {
  if (node.type === 'AssignmentExpression') return namesIn((node as AssignmentExpression).left);
  if (node.type === 'UpdateExpression' && 'argument' in node) return namesIn(node.argument as Node);
  if (/^For(?:In|Of)Statement$/.test(node.type) && 'left' in node) {
    const left = node.left as Node;
    return left.type === 'VariableDeclaration' ? [] : namesIn(left);
  }
  return [];
}

/** An identifier that names a member, a key or a label instead of a variable. */
function isName(child: Node, parent: Node): boolean {
  if (child.type !== 'Identifier') return false;
  if (parent.type === 'MemberExpression')
    return child === (parent as MemberExpression).property && !(parent as MemberExpression).computed;
  if (['Property', 'MethodDefinition', 'PropertyDefinition'].includes(parent.type)) {
    const { key, value, computed } = parent as Property;
    return child === key && child !== (value as Node | null) && !computed;
  }
  return ['LabeledStatement', 'BreakStatement', 'ContinueStatement', 'MetaProperty'].includes(parent.type);
}
