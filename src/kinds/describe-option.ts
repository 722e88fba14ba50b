import type { OptionSchema } from './json-schema.js';

const NOUNS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  null: 'null',
  array: 'a list',
  object: 'an object',
};

/** What a schema asks for, in words that follow "expected": `a number of 0 to 1`. */
export function describeOption(schema: OptionSchema): string {
  const { title, type, format, enum: values, anyOf } = schema;
  if (title !== undefined) return title;
  if (values !== undefined) return values.map((value) => (typeof value === 'string' ? `'${value}'` : String(value))).join(' or ');
  if (anyOf !== undefined) return anyOf.map(describeOption).join(' or ');
  if (format === 'duration') return "a duration such as '5 minutes'";
  const nouns = [type ?? []].flat().map((one) => NOUNS[one] ?? one);
  const noun = nouns.length === 0 ? 'a value' : nouns.join(' or ');
  const limits = limitsOf(schema);
  return limits === '' ? noun : `${noun} ${limits}`;
}

function limitsOf(schema: OptionSchema): string {
  const { minimum: min, maximum: max, exclusiveMinimum: above, exclusiveMaximum: below } = schema;
  if (min !== undefined && max !== undefined) return `of ${min} to ${max}`;
  const limits = [
    ...(min === undefined ? [] : [`of at least ${min}`]),
    ...(above === undefined ? [] : [`above ${above}`]),
    ...(max === undefined ? [] : [`of at most ${max}`]),
    ...(below === undefined ? [] : [`below ${below}`]),
    ...sizesOf(schema),
    ...(schema.pattern === undefined ? [] : [`that matches ${schema.pattern}`]),
  ];
  return limits.join(' and ');
}

function sizesOf({ minLength, maxLength, minItems, maxItems, uniqueItems }: OptionSchema): string[] {
  const size = (word: string, limit: number | undefined, unit: string): string[] =>
    limit === undefined ? [] : [`of at ${word} ${limit} ${unit}${limit === 1 ? '' : 's'}`];
  return [
    ...size('least', minLength, 'character'),
    ...size('most', maxLength, 'character'),
    ...size('least', minItems, 'item'),
    ...size('most', maxItems, 'item'),
    ...(uniqueItems === true ? ['without repeats'] : []),
  ];
}
