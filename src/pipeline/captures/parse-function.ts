import { createRequire } from 'node:module';
import type { Node, parse as Parse, Program } from 'acorn';

const require = createRequire(import.meta.url);

/** The syntax tree of a program. The parser is loaded when it is needed first: most pipelines do not. */
export function parseProgram(code: string, sourceType: 'module' | 'script'): Program {
  const { parse } = require('acorn') as { readonly parse: typeof Parse };
  const lenient = { allowHashBang: true, allowReturnOutsideFunction: true, allowAwaitOutsideFunction: true };
  const partial = { allowSuperOutsideMethod: true, checkPrivateFields: false };
  return parse(code, { ecmaVersion: 'latest', sourceType, ...lenient, ...partial });
}

/** A function or class from its own text: an expression, a method of an object, or a class member. Null for native code. */
export function parseFunction(text: string): Node | null {
  for (const type of ['module', 'script'] as const) {
    for (const code of [`(${text})`, `({ ${text} })`]) {
      try {
        return functionIn(parseProgram(code, type));
      } catch (error) {
        if (!isSyntaxError(error)) throw error;
      }
    }
  }
  return null;
}

/** A program of one expression: the function itself, or an object with one method. */
function functionIn({ body: [statement] }: Program): Node | null {
  if (statement?.type !== 'ExpressionStatement') return null;
  const { expression } = statement;
  if (expression.type !== 'ObjectExpression') return expression;
  const [method] = expression.properties;
  return method?.type === 'Property' ? method.value : null;
}

export function isSyntaxError(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'name' in error && error.name === 'SyntaxError';
}
