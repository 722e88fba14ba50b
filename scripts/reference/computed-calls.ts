import ts from 'typescript';
import type { Member } from './entries.js';

/** How a value can be called whose type is computed, such as the constructor of a kind. */
interface ComputedCalls {
  readonly signatures: readonly string[];
  /** The options of its last parameter, which the signatures call `Options`. */
  readonly members: readonly Member[];
}

/** The parameters of a call, without the rest of one that takes nothing more. */
function parametersOf(checker: ts.TypeChecker, { parameters }: ts.Signature): readonly ts.Symbol[] {
  return parameters.filter((parameter) => {
    const given = checker.getTypeOfSymbol(parameter);
    return !checker.isTupleType(given) || checker.getTypeArguments(given as ts.TypeReference).length > 0;
  });
}

/** The calls of a value as the checker computes them; none when it is no function. */
export function computedCalls(checker: ts.TypeChecker, symbol: ts.Symbol, name: string): ComputedCalls {
  const calls = checker.getTypeOfSymbol(symbol).getCallSignatures();
  const options = calls.map((call) => optionsOf(checker, call));
  return {
    signatures: calls.map((call, index) => signatureOf(checker, name, call, options[index] ?? [])),
    members: options.flat(),
  };
}

const textOf = (checker: ts.TypeChecker, type: ts.Type): string =>
  checker.typeToString(type, undefined, ts.TypeFormatFlags.NoTruncation);

/** The type of a parameter; of `...rest: [options?: Options]` the type of its options. */
function givenType(checker: ts.TypeChecker, parameter: ts.Symbol): ts.Type {
  const given = checker.getTypeOfSymbol(parameter);
  const last = checker.isTupleType(given) ? checker.getTypeArguments(given as ts.TypeReference).at(-1) : undefined;
  return checker.getNonNullableType(last ?? given);
}

function signatureOf(checker: ts.TypeChecker, name: string, call: ts.Signature, options: readonly Member[]): string {
  const types = (call.typeParameters ?? []).map((parameter) => {
    const bound = parameter.getConstraint();
    return `${textOf(checker, parameter)}${bound === undefined ? '' : ` extends ${textOf(checker, bound)}`}`;
  });
  const given = parametersOf(checker, call);
  const parameters = given.map((parameter, index) => {
    if (index < given.length - 1 || options.length === 0)
      return `${parameter.name}: ${textOf(checker, givenType(checker, parameter))}`;
    return `options${options.every(({ isOptional }) => isOptional) ? '?' : ''}: Options`;
  });
  const result = textOf(checker, call.getReturnType());
  return `declare function ${name}${types.length === 0 ? '' : `<${types.join(', ')}>`}(${parameters.join(', ')}): ${result};`;
}

function optionsOf(checker: ts.TypeChecker, call: ts.Signature): readonly Member[] {
  const last = parametersOf(checker, call).at(-1);
  if (last === undefined) return [];
  const type = givenType(checker, last);
  const isObject = (type.flags & ts.TypeFlags.Object) !== 0 || type.isIntersection();
  if (!isObject || checker.isArrayLikeType(type) || type.getCallSignatures().length > 0) return [];
  return checker
    .getPropertiesOfType(type)
    .map((property) => ({
      name: property.name,
      type: textOf(checker, checker.getNonNullableType(checker.getTypeOfSymbol(property))),
      isOptional: (property.flags & ts.SymbolFlags.Optional) !== 0,
      doc: ts.displayPartsToString(property.getDocumentationComment(checker)),
    }));
}
