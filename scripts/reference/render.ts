import type { Page } from './doors.js';
import type { Entry, Member } from './entries.js';

const GENERATED = '<!-- Written by `npm run docs:reference` from the docstrings: change those. -->';

/** A page as Markdown: what runs, then types, then the shapes that only this page names. */
export function renderPage({ name, imported, about }: Page, entries: readonly Entry[], shapes: readonly Entry[]): string {
  const prefix = isNamespace(name) ? `${name}.` : '';
  const values = entries.filter(({ isType }) => !isType);
  const types = entries.filter(({ isType }) => isType);
  return [
    GENERATED,
    `# ${titleOf(name)}`,
    ...(about === '' ? [] : [prose(about)]),
    `\`\`\`js\n${imported}\n\`\`\``,
    ...values.flatMap((entry) => renderEntry(`## ${prefix}${entry.name}`, entry)),
    ...types.flatMap((entry) => renderEntry(`## ${entry.name}`, entry)),
    ...(shapes.length === 0 ? [] : ['## Shapes', ...shapes.flatMap((entry) => renderEntry(`### ${entry.name}`, entry))]),
    '',
  ].join('\n\n');
}

/** The list of all pages. */
export function renderIndex(pages: readonly Page[]): string {
  const rows = pages.map(({ name, symbols, about }) => {
    const names = symbols.filter((symbol) => /^[a-z]/.test(symbol.name)).map((symbol) => `\`${symbol.name}\``);
    return `- [${titleOf(name)}](${name}.md)${about === '' ? '' : ` ${prose(about)}`} ${names.join(', ')}`;
  });
  return [
    GENERATED,
    '# Reference',
    'Every name that the package exports, from its docstrings. The [guides](../README.md) say how the parts go together.',
    rows.join('\n'),
    '',
  ].join('\n\n');
}

const DOORS = ['authoring', 'client', 'worker', 'workflow', 'serving', 'testing', 'extend'];
const isNamespace = (name: string): boolean => !DOORS.includes(name);

function titleOf(name: string): string {
  if (name === 'authoring') return 'perennial-ml';
  if (name === 'p') return 'p, the builder';
  return isNamespace(name) ? name : `perennial-ml/${name}`;
}

function renderEntry(heading: string, { signature, doc, tags, members, parents }: Entry): readonly string[] {
  return [
    heading,
    ...(doc === '' ? [] : [prose(doc)]),
    ...(isPlainShape(signature) ? [] : [`\`\`\`ts\n${signature}\n\`\`\``]),
    ...(members.length + parents.length === 0 ? [] : [[...members.map(memberLine), ...parents.map(parentLine)].join('\n')]),
    ...tags.filter(({ text }) => text !== '').map((tag) => `_${tag.name}_: ${prose(tag.text)}`),
  ];
}

/** Its heading and its fields say all that `interface Name {}` says. */
const isPlainShape = (signature: string): boolean => /^interface \w+\s+\{\}$/.test(signature);

const memberLine = ({ name, type, isOptional, doc }: Member): string =>
  `- \`${name}${isOptional ? '?' : ''}: ${type.replaceAll(/\s+/g, ' ').replaceAll('`', "'")}\`${doc === '' ? '' : `: ${prose(doc)}`}`;

const parentLine = (name: string): string => `- and all of \`${name}\``;

/** A docstring as Markdown: line breaks of the source are none of the text, and angle brackets outside of code are no tags. */
function prose(doc: string): string {
  return doc
    .replaceAll(/\{@link (\S+?)\}/g, '`$1`')
    .replaceAll(/(?<!\n)\n(?![\n-])/g, ' ')
    .split(/(`[^`]*`)/)
    .map((part, index) => (index % 2 === 1 ? part : part.replaceAll('<', '&lt;')))
    .join('');
}
