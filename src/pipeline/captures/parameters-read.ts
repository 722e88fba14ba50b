import type { Identifier, Literal, MemberExpression, Node, ObjectPattern, Pattern, Property, VariableDeclarator } from 'acorn';
import type { StepContext } from '../step-context.js';
import { childrenOf, isClass, isFunction, namesIn } from './declared-names.js';
import { parseFunction } from './parse-function.js';

/** What of a context gives no parameters away, whatever is done with it. */
const HARMLESS: ReadonlySet<string> = new Set<keyof StepContext>([
  ...(['run', 'step', 'attempt', 'log', 'signal', 'seed', 'scratch', 'devices', 'resources', 'control', 'artifacts'] as const),
  ...(['secrets', 'progress', 'checkpoint', 'restore', 'checkpointFolder', 'restoreFolder', 'items', 'publishItems'] as const),
  'metric',
]);

/** Thrown where the text does not say which parameters are read. */
class Untold extends Error {}

type Around = ReadonlyMap<Node, Node>;
/** What a variable holds: the context of the step, or its parameters. */
type Held = 'context' | 'parameters';

/**
 * The parameters of the run that the function of a step can read, from its text; null when the text does not tell, as when the context is passed on,
 * a name is computed, or a variable is declared twice. Every use of the context must be of a form that is known here.
 */
export function parametersRead(text: string): readonly string[] | null {
  const root = parseFunction(text);
  if (root === null || !isFunction(root)) return null;
  try {
    return new Reading(root).names();
  } catch (error) {
    if (error instanceof Untold) return null;
    throw error;
  }
}

class Reading {
  readonly #parameters: readonly Pattern[];
  readonly #around: Around;
  readonly #nodes: readonly Node[];
  readonly #names = new Set<string>();
  /** Variables that are still to be looked at. */
  readonly #open: { readonly name: string; readonly held: Held; readonly at: Node }[] = [];

  constructor(root: Node & { readonly params: readonly Pattern[] }) {
    this.#parameters = root.params;
    this.#around = parentsOf(root);
    this.#nodes = [root, ...this.#around.keys()];
  }

  names(): string[] {
    const [first, second] = this.#parameters;
    // `arguments` has the context too; `eval` and `with` give names another meaning.
    const isHidden = this.#nodes.some((node) => node.type === 'WithStatement' || HIDING.has(wordOf(node)));
    if (isHidden || first?.type === 'RestElement') throw new Untold();
    if (second !== undefined) this.#bind(second, 'context');
    for (let next = this.#open.pop(); next !== undefined; next = this.#open.pop()) this.#follow(next);
    return [...this.#names].sort();
  }

  /** What a pattern takes out of the context or of the parameters. */
  #bind(pattern: Node, held: Held): void {
    if (isIdentifier(pattern)) {
      this.#open.push({ name: pattern.name, held, at: pattern });
      return;
    }
    if (pattern.type !== 'ObjectPattern') throw new Untold();
    for (const property of (pattern as ObjectPattern).properties) {
      if (property.type !== 'Property') throw new Untold();
      this.#take(keyOf(property.key, property.computed), held, property.value);
    }
  }

  /** @param into - the pattern that gets the member; null: it is no pattern. */
  #take(name: string, held: Held, into: Node | null): void {
    if (held === 'context') {
      if (name === 'parameters' && into !== null) this.#bind(into, 'parameters');
      else if (!HARMLESS.has(name)) throw new Untold();
      return;
    }
    // What every object has, such as `valueOf`, gives the parameters themselves.
    if (name in Object.prototype) throw new Untold();
    this.#names.add(name);
  }

  /** Looks at every place where the variable, or another one of its name, stands. */
  #follow({ name, held, at }: { readonly name: string; readonly held: Held; readonly at: Node }): void {
    const declared = this.#nodes.filter((node) => declares(node).includes(name)).length;
    if (declared !== 1) throw new Untold();
    for (const node of this.#nodes) {
      if (node === at || !isIdentifier(node) || node.name !== name || this.#isKey(node)) continue;
      this.#use(node, held);
    }
  }

  #use(node: Node, held: Held): void {
    const parent = this.#parentOf(node);
    if (parent.type === 'VariableDeclarator' && (parent as VariableDeclarator).init === node) {
      this.#bind((parent as VariableDeclarator).id, held);
      return;
    }
    if (parent.type !== 'MemberExpression' || (parent as MemberExpression).object !== node) throw new Untold();
    const { property, computed } = parent as MemberExpression;
    const name = keyOf(property, computed);
    if (this.#isWritten(parent)) throw new Untold();
    if (held === 'context' && name === 'parameters') this.#use(this.#unchained(parent), 'parameters');
    else this.#take(name, held, null);
    // A function that is called as a member gets what it is a member of as `this`.
    if (held === 'parameters' && this.#isCalled(parent)) throw new Untold();
  }

  /** `context?.parameters` stands in a chain of its own only where nothing follows it. */
  #unchained(node: Node): Node {
    const parent = this.#parentOf(node);
    return parent.type === 'ChainExpression' ? parent : node;
  }

  #isWritten(member: Node): boolean {
    const { type } = this.#parentOf(member);
    const isTarget =
      /^(?:AssignmentExpression|AssignmentPattern|UpdateExpression|UnaryExpression|ArrayPattern|RestElement|For(?:In|Of)Statement)$/;
    if (!isTarget.test(type)) return type === 'Property' && this.#parentOf(this.#parentOf(member)).type === 'ObjectPattern';
    const parent = this.#parentOf(member) as Node & { readonly left?: Node; readonly operator?: string };
    if (type === 'UnaryExpression') return parent.operator === 'delete';
    return parent.left === undefined || parent.left === member;
  }

  #isCalled(member: Node): boolean {
    const outer = this.#unchained(member);
    const parent = this.#parentOf(outer) as Node & { readonly callee?: Node; readonly tag?: Node };
    return [parent.callee, parent.tag].includes(outer);
  }

  /** A name of a member or of a key, and no variable. */
  #isKey(node: Node): boolean {
    const parent = this.#parentOf(node);
    if (parent.type === 'MemberExpression')
      return (parent as MemberExpression).property === node && !(parent as MemberExpression).computed;
    if (!['Property', 'MethodDefinition', 'PropertyDefinition'].includes(parent.type)) return false;
    const { key, value, computed } = parent as Property;
    return key === node && (value as Node | null) !== node && !computed;
  }

  #parentOf(node: Node): Node {
    const parent = this.#around.get(node);
    if (parent === undefined) throw new Untold();
    return parent;
  }
}

const HIDING: ReadonlySet<unknown> = new Set(['arguments', 'caller', 'eval']);

const wordOf = (node: Node): unknown =>
  isIdentifier(node) ? node.name : node.type === 'Literal' ? (node as Literal).value : null;

const isIdentifier = (node: Node): node is Identifier => node.type === 'Identifier';

/** The name that is written there. */
function keyOf(key: Node, computed: boolean): string {
  if (!computed && isIdentifier(key)) return key.name;
  const { value } = key as Literal;
  if (key.type === 'Literal' && typeof value === 'string') return value;
  throw new Untold();
}

/** Names that a node itself gives a meaning to. */
function declares(node: Node): string[] {
  if (node.type === 'VariableDeclarator') return namesIn((node as VariableDeclarator).id);
  if (node.type === 'CatchClause' && 'param' in node) return namesIn(node.param as Node | null);
  if (isFunction(node)) return [...namesIn(node.id ?? null), ...node.params.flatMap((parameter) => namesIn(parameter))];
  return isClass(node) ? namesIn(node.id ?? null) : [];
}

function parentsOf(root: Node): Map<Node, Node> {
  const parents = new Map<Node, Node>();
  const open = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop())
    for (const child of childrenOf(node)) {
      parents.set(child, node);
      open.push(child);
    }
  return parents;
}
