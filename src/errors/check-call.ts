import { isPlainObject } from '../contracts/json.js';
import { PipelineError } from './pipeline-error.js';

/** What an argument of a constructor, or one of its options, may be. */
export interface Kind {
  /** In words, after "expected". */
  readonly expected: string;
  readonly holds: (value: unknown) => boolean;
  /** May be left out. */
  readonly optional?: true;
  /** For an object with named options: what each may be. Other names are refused. */
  readonly options?: Kinds;
  /** For a list, or an object with free names: what each member may be. */
  readonly members?: Kind;
  /** One of several kinds: the first that holds says what is inside. */
  readonly kinds?: readonly Kind[];
}

export type Kinds = { readonly [name: string]: Kind };

/** What is wrong with one argument or option. */
export type Problem = { readonly option: string; readonly expected: string; readonly received: string };

/**
 * Every public constructor passes through here first: JavaScript, and JSON that came from somewhere, know nothing of its types.
 * @param constructor - its name, as a pipeline file writes it.
 * @param given - its arguments by name.
 * @throws PipelineError `AUTHORING_OPTION_INVALID` with every missing, wrong and unknown option at once.
 */
export function checkCall(constructor: string, given: { readonly [argument: string]: unknown }, kinds: Kinds): void {
  const problems = problemsIn(given, kinds);
  if (problems.length === 0) return;
  const [first] = problems;
  const only = problems.length === 1 && first !== undefined ? first : null;
  throw new PipelineError('AUTHORING_OPTION_INVALID', {
    what:
      only === null
        ? problems.map(({ option, expected, received }) => `\`${option}\`: expected ${expected}, got ${received}`).join('; ')
        : `\`${only.option}\` is ${only.received === 'nothing' ? 'missing' : 'wrong'}`,
    where: `${constructor}(...)`,
    ...(only === null ? {} : { expected: only.expected, received: only.received }),
    details: { constructor, problems },
  });
}

/** As `checkCall`, of a call whose one argument is an object; names beside these in it are for others. */
export function checkSettings(call: string, settings: unknown, kinds: Kinds): void {
  checkCall(call, { options: settings }, { options: { expected: 'an object of options', holds: isPlainObject } });
  checkCall(call, settings as { readonly [name: string]: unknown }, kinds);
}

/** As `checkCall`, with the problems as data. */
export function problemsIn(given: { readonly [argument: string]: unknown }, kinds: Kinds): readonly Problem[] {
  return Object.entries(kinds).flatMap(([name, kind]) =>
    problemsOf(kind.options === undefined ? name : '', given[name], kind, name),
  );
}

/** @param path - of the value; empty for options that are an argument themselves. */
function problemsOf(path: string, value: unknown, kind: Kind, argument = path): readonly Problem[] {
  if (value === undefined && kind.optional === true) return [];
  if (!holds(kind, value))
    return [{ option: path === '' ? argument : path, expected: kind.expected, received: describeKind(value) }];
  const { options, members, kinds } = kind;
  const held = kinds?.find((one) => holds(one, value));
  if (held !== undefined) return problemsOf(path, value, held, argument);
  const fields = value as { readonly [name: string]: unknown };
  if (members !== undefined)
    return Object.entries(fields).flatMap(([name, member]) => problemsOf(`${argument}.${name}`, member, members));
  if (options === undefined) return [];
  const at = (name: string): string => (path === '' ? name : `${path}.${name}`);
  const known = Object.keys(options);
  return [
    ...Object.keys(fields)
      .filter((name) => !Object.hasOwn(options, name) && fields[name] !== undefined)
      .map((name) => ({ option: at(name), expected: expectedName(name, known), received: 'an unknown name' })),
    ...Object.entries(options).flatMap(([name, option]) => problemsOf(at(name), fields[name], option)),
  ];
}

/** A value that refuses to be looked at is none of the kind. */
function holds(kind: Kind, value: unknown): boolean {
  try {
    return kind.holds(value);
  } catch {
    return false;
  }
}

function expectedName(name: string, known: readonly string[]): string {
  if (known.length === 0) return 'no options';
  const plain = (text: string): string => text.toLowerCase().replaceAll(/[-_]/g, '');
  const alike =
    known.find((other) => plain(other) === plain(name)) ?? known.find((other) => distance(plain(other), plain(name)) <= 2);
  return `${alike === undefined ? '' : `\`${alike}\`, or another `}one of ${known.join(', ')}`;
}

/** Levenshtein distance: letters to add, drop or replace. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (const [index, letter] of one.split('').entries()) {
    const next = [index + 1];
    for (const [column, another] of other.split('').entries()) {
      const replaced = (row[column] ?? 0) + (letter === another ? 0 : 1);
      next.push(Math.min(replaced, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

const LONGEST_TEXT = 40;

function describeKind(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'string')
    return JSON.stringify(value.length > LONGEST_TEXT ? `${value.slice(0, LONGEST_TEXT)}...` : value);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value !== 'object') return `a ${typeof value}`;
  const [, tag = 'Object'] = /^\[object (\w+)\]$/.exec(Object.prototype.toString.call(value)) ?? [];
  return tag === 'Object' ? 'an object' : `a ${tag}`;
}
