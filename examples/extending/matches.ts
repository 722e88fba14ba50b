// A check of texts by a regular expression: codes, addresses, numbers that are texts.
import { defineCheck } from 'perennial-ml/extend';

/**
 * `matches(people.mail, { pattern: '[^@ ]+@[^@ ]+', mostly: 0.99 })`: values match the pattern as a whole; missing values are not looked at. The syntax is
 * that of RE2 (https://github.com/google/re2/wiki/Syntax), which takes no longer than in proportion to the text.
 */
export const matches = defineCheck({
  name: 'matches',
  column: 'text',
  options: {
    properties: { pattern: { type: 'string', minLength: 1 }, ignoreCase: { type: 'boolean', default: false } },
    required: ['pattern'],
  },
  rule: ({ column: { sql }, options: { pattern, ignoreCase }, quote }) => ({
    applies: `${sql} IS NOT NULL`,
    breaks: `NOT regexp_full_match(${sql}, ${quote.text(pattern)}, ${quote.text(ignoreCase ? 'i' : 'c')})`,
    expected: `a text that matches ${pattern}`,
  }),
  // Once for each distinct value: texts repeat.
  byValue: true,
});
