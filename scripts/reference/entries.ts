import ts from 'typescript';
import { computedCalls } from './computed-calls.js';
import { targetOf } from './doors.js';

/** One setting, field or method of what is described. */
export interface Member {
  readonly name: string;
  readonly type: string;
  readonly isOptional: boolean;
  readonly doc: string;
}

/** What the reference says of one name. */
export interface Entry {
  readonly name: string;
  /** TypeScript that declares it, without fields; one line for each overload. */
  readonly signature: string;
  readonly doc: string;
  readonly tags: readonly { readonly name: string; readonly text: string }[];
  /** Options of a function, fields of a shape. */
  readonly members: readonly Member[];
  /** Shapes whose fields it has as well. */
  readonly parents: readonly string[];
  /** Shapes that it names and that no door exports. */
  readonly shapes: readonly ts.Symbol[];
  /** A type alone, nothing that runs. */
  readonly isType: boolean;
}

/** What one declaration adds to an entry. */
interface Fields {
  readonly members: readonly Member[];
  readonly parents: readonly ts.Identifier[];
  /** Names of the types that the declaration mentions. */
  readonly named: readonly ts.EntityName[];
}

type Callable = ts.FunctionDeclaration | ts.MethodSignature | ts.FunctionTypeNode;

const NOTHING: Fields = { members: [], parents: [], named: [] };
const printer = ts.createPrinter({ removeComments: true, omitTrailingSemicolon: true });

/** Describes one name. `hasEntry` tells of a type that the reference has elsewhere: its fields are not repeated. */
export function entryOf(checker: ts.TypeChecker, symbol: ts.Symbol, hasEntry: (type: ts.Symbol) => boolean): Entry {
  const target = targetOf(checker, symbol);
  const declarations = target.declarations ?? [];
  const [first] = declarations;
  if (first === undefined) throw new Error(`${symbol.name} is declared nowhere`);
  const behind = declarations.flatMap((declaration) => sameAs(checker, declaration));
  const callables = [...declarations, ...behind.flatMap((same) => same.declarations ?? [])].flatMap(callableOf);
  const isConstant = callables.length === 0 && (target.flags & ts.SymbolFlags.Variable) !== 0;
  const computed = isConstant ? computedCalls(checker, target, symbol.name) : { signatures: [], members: [] };
  const isOpen = (named: ts.EntityName): readonly ts.Symbol[] => {
    const found = checker.getSymbolAtLocation(named);
    const shape = found === undefined ? undefined : targetOf(checker, found);
    const isOurs = shape?.declarations?.some((each) => ts.isInterfaceDeclaration(each) && !isForeign(each)) === true;
    return isOurs && !hasEntry(shape) ? [shape] : [];
  };
  const { members, parents, named } = merged([
    { ...NOTHING, members: computed.members },
    ...callables.flatMap(({ parameters }) => parameters.map(({ type }) => settingsOf(checker, type, hasEntry))),
    ...(callables.length === 0 ? [fieldsOf(checker, first)] : []),
  ]);
  const signatures = [...callables.map((callable) => callSignature(symbol.name, callable)), ...computed.signatures];
  return {
    name: symbol.name,
    signature: signatures.length > 0 ? signatures.join('\n') : plainSignature(symbol.name, first),
    doc:
      [target, ...behind]
        .map((each) => ts.displayPartsToString(each.getDocumentationComment(checker)))
        .find((doc) => doc !== '') ?? '',
    tags: target
      .getJsDocTags(checker)
      .map((tag) => ({ name: tag.name, text: ts.displayPartsToString(tag.text).replace(/^- /, '') })),
    members: members.filter(({ name }, index) => members.findIndex((other) => other.name === name) === index),
    parents: [...new Set(parents.map(({ text }) => text))],
    shapes: [...new Set(named.flatMap(isOpen))],
    isType: (target.flags & ts.SymbolFlags.Value) === 0 && callables.length === 0,
  };
}

/** Of the language, or of another package. */
const isForeign = (node: ts.Node): boolean => node.getSourceFile().fileName.includes('/node_modules/');

const merged = (parts: readonly Fields[]): Fields => ({
  members: parts.flatMap(({ members }) => members),
  parents: parts.flatMap(({ parents }) => parents),
  named: parts.flatMap(({ named }) => named),
});

/** What can be called: functions, methods, and constants that are functions. */
function callableOf(declaration: ts.Declaration): readonly Callable[] {
  if (ts.isFunctionDeclaration(declaration) || ts.isMethodSignature(declaration)) return [declaration];
  const type = ts.isVariableDeclaration(declaration) || ts.isPropertySignature(declaration) ? declaration.type : undefined;
  // A function with properties: `((given: Given) => Check) & { kind: Kind }`.
  const parts = type !== undefined && ts.isIntersectionTypeNode(type) ? type.types : [type];
  return parts
    .map((part) => (part !== undefined && ts.isParenthesizedTypeNode(part) ? part.type : part))
    .filter((part): part is ts.FunctionTypeNode => part !== undefined && ts.isFunctionTypeNode(part));
}

/** The function that a constant is, by its type: `typeof shiftInSteps & { kind: Kind }`. */
function sameAs(checker: ts.TypeChecker, declaration: ts.Declaration): readonly ts.Symbol[] {
  const type = ts.isVariableDeclaration(declaration) ? declaration.type : undefined;
  return (type !== undefined && ts.isIntersectionTypeNode(type) ? type.types : [type]).flatMap((part) => {
    const named = part !== undefined && ts.isTypeQueryNode(part) ? checker.getSymbolAtLocation(part.exprName) : undefined;
    return named === undefined ? [] : [targetOf(checker, named)];
  });
}

const textOf = (node: ts.Node): string => printer.printNode(ts.EmitHint.Unspecified, node, node.getSourceFile());

const typeParametersOf = ({
  typeParameters,
}: {
  readonly typeParameters?: ts.NodeArray<ts.TypeParameterDeclaration> | undefined;
}): string => (typeParameters === undefined ? '' : `<${typeParameters.map(textOf).join(', ')}>`);

function callSignature(name: string, callable: Callable): string {
  const result = callable.type === undefined ? 'void' : textOf(callable.type);
  return `declare function ${name}${typeParametersOf(callable)}(${callable.parameters.map(textOf).join(', ')}): ${result};`;
}

function plainSignature(name: string, declaration: ts.Declaration): string {
  if (ts.isTypeAliasDeclaration(declaration) && !ts.isTypeLiteralNode(declaration.type))
    return `type ${name}${typeParametersOf(declaration)} = ${textOf(declaration.type)};`;
  if (ts.isInterfaceDeclaration(declaration) || ts.isClassDeclaration(declaration) || ts.isTypeAliasDeclaration(declaration)) {
    const word = ts.isClassDeclaration(declaration) ? 'declare class' : 'interface';
    const heritage = ts.isTypeAliasDeclaration(declaration) ? [] : (declaration.heritageClauses ?? []);
    return `${word} ${name}${typeParametersOf(declaration)} ${heritage.map(textOf).join(' ')} {}`;
  }
  const typed = ts.isVariableDeclaration(declaration) || ts.isPropertySignature(declaration) ? declaration.type : undefined;
  return `declare const ${name}: ${typed === undefined ? 'unknown' : textOf(typed)};`;
}

/** The settings that a parameter takes, where no page has its type. */
function settingsOf(checker: ts.TypeChecker, type: ts.TypeNode | undefined, hasEntry: (type: ts.Symbol) => boolean): Fields {
  if (type === undefined) return NOTHING;
  if (ts.isIntersectionTypeNode(type)) return merged(type.types.map((part) => settingsOf(checker, part, hasEntry)));
  if (ts.isTypeLiteralNode(type)) return merged(type.members.map((member) => memberOf(checker, member)));
  if (!ts.isTypeReferenceNode(type)) return NOTHING;
  const named = checker.getSymbolAtLocation(type.typeName);
  const target = named === undefined ? undefined : targetOf(checker, named);
  const declaration = target?.declarations?.find(ts.isInterfaceDeclaration);
  return target === undefined || declaration === undefined || hasEntry(target) ? NOTHING : fieldsOf(checker, declaration);
}

/** The fields of a shape, and the public ones of a class. What it extends has a section of its own. */
function fieldsOf(checker: ts.TypeChecker, declaration: ts.Declaration): Fields {
  if (ts.isTypeAliasDeclaration(declaration))
    return ts.isTypeLiteralNode(declaration.type)
      ? merged(declaration.type.members.map((member) => memberOf(checker, member)))
      : NOTHING;
  if (!ts.isInterfaceDeclaration(declaration) && !ts.isClassDeclaration(declaration)) return NOTHING;
  const parents = (declaration.heritageClauses ?? [])
    .flatMap(({ types }) => types.map(({ expression }) => expression))
    .filter(ts.isIdentifier);
  return merged([
    ...[...declaration.members].map((member) => memberOf(checker, member)),
    { members: [], parents, named: parents },
  ]);
}

function memberOf(checker: ts.TypeChecker, member: ts.TypeElement | ts.ClassElement): Fields {
  const { name } = member;
  if (name === undefined || !(ts.isIdentifier(name) || ts.isStringLiteral(name))) return NOTHING;
  if ((ts.getCombinedModifierFlags(member) & ts.ModifierFlags.Private) !== 0) return NOTHING;
  const symbol = checker.getSymbolAtLocation(name);
  const doc = symbol === undefined ? '' : ts.displayPartsToString(symbol.getDocumentationComment(checker));
  const base = { name: name.text, doc, isOptional: 'questionToken' in member && member.questionToken !== undefined };
  if (ts.isMethodSignature(member) || ts.isMethodDeclaration(member)) {
    const result = member.type === undefined ? 'void' : textOf(member.type);
    const type = `${typeParametersOf(member)}(${member.parameters.map(textOf).join(', ')}) => ${result}`;
    return { members: [{ ...base, type }], parents: [], named: namedIn(member) };
  }
  if ((ts.isPropertySignature(member) || ts.isPropertyDeclaration(member)) && member.type !== undefined)
    return { members: [{ ...base, type: textOf(member.type) }], parents: [], named: namedIn(member) };
  return NOTHING;
}

function namedIn(node: ts.Node): readonly ts.EntityName[] {
  const found: ts.EntityName[] = [];
  const visit = (child: ts.Node): void => {
    if (ts.isTypeReferenceNode(child)) found.push(child.typeName);
    ts.forEachChild(child, visit);
  };
  visit(node);
  return found;
}
