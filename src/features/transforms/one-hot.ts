import type { FitSubject } from '../transform-definition.js';
import { columnTransform } from '../transform-kind.js';

interface Categories {
  readonly categories: readonly string[];
}

/** One 0/1 feature for each of the `maxCategories` (default 100) most frequent categories of the training rows. */
export const oneHot = columnTransform('feature.oneHot', {
  name: 'one_hot',
  column: 'category',
  options: { properties: { maxCategories: { type: 'integer', minimum: 1, default: 100 } } },
  fitTogether: frequentCategories,
  features: (feature, { categories }) => namesOf(feature, categories),
  sql: ({ inputs: [value = ''], state: { categories }, quote }) =>
    categories.map((category) => `(${value} = ${quote.text(category)})`),
  onnx: ({ builder, inputs: [value = ''], state: { categories }, prefix }) => {
    const attributes = { cats_strings: { strings: categories }, zeros: { i: 1 } };
    builder.node('OneHotEncoder', [value], [`${prefix}/cube`], attributes, 'ai.onnx.ml');
    builder.initializer(`${prefix}/axes`, { type: 'int64', dims: [1], data: [1] });
    builder.node('Squeeze', [`${prefix}/cube`, `${prefix}/axes`], [`${prefix}/one_hot`]);
    return `${prefix}/one_hot`;
  },
});

/** The most frequent categories of some columns, ties in the order of the text, in one statement. */
async function frequentCategories(
  subjects: readonly FitSubject<{ readonly maxCategories: number }>[],
): Promise<readonly Categories[]> {
  const [first] = subjects;
  if (first === undefined) return [];
  const listed = (sql: (subject: (typeof subjects)[number], position: number) => string): string =>
    `[${subjects.map(sql).join(', ')}]`;
  const rows = await first.query(
    `SELECT position, category FROM (
       SELECT unnest(${listed(({ inputs }) => inputs.join(''))}) AS category, unnest(${listed((_, position) => String(position))}) AS position
       FROM ${first.rows})
     GROUP BY position, category
     QUALIFY row_number() OVER (PARTITION BY position ORDER BY count(*) DESC, category)
       <= ${listed(({ options }) => String(options.maxCategories))}[position + 1]
     ORDER BY position, count(*) DESC, category`,
  );
  const found = subjects.map((): string[] => []);
  for (const row of rows) found[Number(row['position'])]?.push(String(row['category']));
  return found.map((categories) => ({ categories }));
}

const LONGEST_CATEGORY = 200;

/**
 * `feature=category` for each category. They are columns of a file, where case does not count: a category that differs from an earlier one in case
 * alone, or only after 200 characters, gets ` (2)` and so on behind it. Control characters are written as escapes.
 */
function namesOf(feature: string, categories: readonly string[]): readonly string[] {
  const taken = new Set<string>();
  return categories.map((category) => {
    const text = category.slice(0, LONGEST_CATEGORY).replace(/[\p{Cc}\p{Cs}\ufeff]/gu, escaped);
    const name = `${feature}=${text}`;
    let unique = name;
    for (let times = 2; taken.has(unique.toLowerCase()); times += 1) unique = `${name} (${String(times)})`;
    taken.add(unique.toLowerCase());
    return unique;
  });
}

/** Also for half a character, where a long text is cut: it is no text of a file. */
function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
