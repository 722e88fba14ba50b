// npm run docs:reference: writes docs/reference/ from the docstrings. With --check nothing is written: what differs and what has no
// docstring is listed, and the exit code is 1.
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { type Page, readDoors, targetOf } from './reference/doors.js';
import { type Entry, entryOf } from './reference/entries.js';
import { renderIndex, renderPage } from './reference/render.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = path.join(root, 'docs', 'reference');
const isCheck = process.argv.includes('--check');

const { checker, pages } = readDoors(root);
const exported = new Set(pages.flatMap(({ symbols }) => symbols.map((symbol) => targetOf(checker, symbol))));
const described = pages.map(describe);
const undocumented = described.flatMap(({ page, entries }) =>
  entries.filter(({ doc }) => doc === '').map(({ name }) => `${page.name}: ${name}`),
);

/** The entries of a page, and of every shape that they name, which may name more. */
function describe(page: Page): { readonly page: Page; readonly entries: readonly Entry[]; readonly shapes: readonly Entry[] } {
  const known = new Set(exported);
  const entry = (symbol: Parameters<typeof entryOf>[1]): Entry => entryOf(checker, symbol, (type) => exported.has(type));
  const entries = page.symbols.map(entry);
  const shapes: Entry[] = [];
  for (let open = entries; open.length > 0;) {
    const next = [...new Set(open.flatMap((each) => each.shapes))].filter((shape) => !known.has(shape));
    for (const shape of next) known.add(shape);
    open = next.map(entry);
    shapes.push(...open);
  }
  return { page, entries, shapes: shapes.toSorted((one, other) => (one.name < other.name ? -1 : 1)) };
}

const style = { ...(await resolveConfig(path.join(folder, 'README.md'))), parser: 'markdown' };
const texts = new Map([
  ['README.md', renderIndex(pages)],
  ...described.map(({ page, entries, shapes }) => [`${page.name}.md`, renderPage(page, entries, shapes)] as const),
]);
const differing: string[] = [];
await mkdir(folder, { recursive: true });
for (const [name, text] of texts) {
  const file = path.join(folder, name);
  const formatted = await format(text, style);
  if ((await readFile(file, 'utf8').catch(() => '')) === formatted) continue;
  differing.push(name);
  if (!isCheck) await writeFile(file, formatted);
}
for (const name of await readdir(folder)) {
  if (texts.has(name)) continue;
  differing.push(name);
  if (!isCheck) await rm(path.join(folder, name));
}

for (const name of differing)
  console.log(`${isCheck ? 'outdated, run npm run docs:reference' : 'written'}: docs/reference/${name}`);
for (const name of undocumented) console.log(`no docstring: ${name}`);
if (isCheck && differing.length + undocumented.length > 0) process.exitCode = 1;
