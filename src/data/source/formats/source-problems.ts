import { shownValue } from '../../../errors/shown-value.js';
import type { CsvOptions, SourceOptions } from '../../../contracts/dataset.js';
import type { OptionProblem } from '../../../pipeline/options/problems.js';
import type { FileFormat } from '../../source-kind.js';

/** What is right for one option: the words of it, and whether a value is. */
type Rule = { readonly expected: string; readonly holds: (value: unknown) => boolean };

const isCharacter = (value: unknown): boolean => typeof value === 'string' && /^[\t -~]$/.test(value);
const isTexts = (value: unknown): boolean =>
  Array.isArray(value) && value.length > 0 && value.every((text) => typeof text === 'string');
const CHARACTER: Rule = { expected: 'one ASCII character that is no line break', holds: isCharacter };
const TEXTS: Rule = { expected: 'a list of texts', holds: isTexts };

const OF_ALL: Readonly<Record<keyof SourceOptions, Rule>> = {
  infinities: { expected: "'missing'", holds: (value) => value === 'missing' },
};
const OF_CSV: Readonly<Record<keyof CsvOptions, Rule>> = {
  ...OF_ALL,
  delimiter: CHARACTER,
  quote: CHARACTER,
  escape: CHARACTER,
  comment: CHARACTER,
  nullTexts: TEXTS,
  trueTexts: TEXTS,
  falseTexts: TEXTS,
  wholeFloats: { expected: 'true or false', holds: (value) => typeof value === 'boolean' },
};

/** The same by the path inside a source of files: `options.delimiter`. */
export const problemsOfFiles = ({ problems }: Pick<FileFormat, 'problems'>, options?: object): readonly OptionProblem[] =>
  problems(options as Parameters<typeof problems>[0]).map(({ option, message }) => ({ option: `options.${option}`, message }));

/** Every option that is unknown or wrong. */
export function sourceProblems(options: SourceOptions = {}): readonly OptionProblem[] {
  return problemsOf(options, OF_ALL);
}

/** Every option that is unknown or wrong, and those that contradict each other. */
export function csvProblems(options: CsvOptions = {}): readonly OptionProblem[] {
  const wrong = problemsOf(options, OF_CSV);
  return wrong.length > 0 ? wrong : contradictions(options);
}

function problemsOf(options: object, rules: Readonly<Record<string, Rule>>): OptionProblem[] {
  return Object.entries(options).flatMap(([option, value]): OptionProblem[] => {
    const rule = Object.hasOwn(rules, option) ? rules[option] : undefined;
    if (rule === undefined) return [{ option, message: `unknown option; there are ${Object.keys(rules).join(', ')}` }];
    return rule.holds(value) ? [] : [{ option, message: `expected ${rule.expected}, got ${shownValue(value)}` }];
  });
}

function contradictions(options: CsvOptions): readonly OptionProblem[] {
  const { delimiter = ',', quote = '"', comment, escape, trueTexts, falseTexts } = options;
  const same = (option: string, one: string | undefined, other: string, what: string): OptionProblem[] =>
    one === other ? [{ option, message: `is the same character as the ${what}` }] : [];
  return [
    ...same('delimiter', delimiter, quote, 'quote'),
    ...same('escape', escape, delimiter, 'delimiter'),
    ...same('comment', comment, delimiter, 'delimiter'),
    ...same('comment', comment, quote, 'quote'),
    ...same('comment', comment, escape ?? quote, 'escape'),
    ...((trueTexts === undefined) === (falseTexts === undefined)
      ? []
      : [{ option: trueTexts === undefined ? 'falseTexts' : 'trueTexts', message: 'needs trueTexts and falseTexts together' }]),
    ...(trueTexts ?? [])
      .filter((text) => falseTexts?.includes(text) === true)
      .map((text) => ({ option: 'trueTexts', message: `"${text}" is among falseTexts too` })),
  ];
}
