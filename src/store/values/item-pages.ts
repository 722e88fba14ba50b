import { jsonFile } from '../artifacts/json-file.js';
import type { ArtifactRef } from '../../contracts/artifact.js';
import type { JsonValue } from '../../contracts/json.js';
import type { StoredPage } from '../../contracts/stages/map.js';
import type { ArtifactStore } from '../artifacts/artifact-store.js';
import { parseJson } from '../json/parse-json.js';

/** Items of one page of `publishList`, or pages of one list, at most. */
const MOST_IN_NODE = 200;
/** Most bytes of JSON in a page of `publishList`. */
const MOST_PAGE_BYTES = 30 * 1024;
const ITEMS_FILE = 'items.json';
const PAGES_FILE = 'pages.json';

export async function publishPage(artifacts: ArtifactStore, items: readonly JsonValue[]): Promise<StoredPage> {
  const file = jsonFile(ITEMS_FILE, JSON.stringify(items));
  const meta = { list: 'page', count: items.length };
  return { count: items.length, ref: await artifacts.publish({ kind: 'value', files: [file], meta, inputs: [] }) };
}

/** A list of pages or lists that are in the store; one of them alone is the list itself. */
export async function joinPages(artifacts: ArtifactStore, pages: readonly StoredPage[]): Promise<StoredPage> {
  const [only] = pages;
  if (only !== undefined && pages.length === 1) return only;
  if (only === undefined) return publishPage(artifacts, []);
  let level = pages;
  while (level.length > MOST_IN_NODE) {
    const groups = Array.from({ length: Math.ceil(level.length / MOST_IN_NODE) }, (_, n) =>
      level.slice(n * MOST_IN_NODE, (n + 1) * MOST_IN_NODE),
    );
    const joined: StoredPage[] = [];
    for (const group of groups) joined.push(await joinPages(artifacts, group));
    level = joined;
  }
  const count = level.reduce((sum, page) => sum + page.count, 0);
  const files = [jsonFile(PAGES_FILE, JSON.stringify(level))];
  const inputs = level.map(({ ref }) => ref);
  return { count, ref: await artifacts.publish({ kind: 'value', files, meta: { list: 'pages', count }, inputs }) };
}

/** Writes items as they come, a page at a time. */
export async function publishList(
  artifacts: ArtifactStore,
  items: AsyncIterable<JsonValue> | Iterable<JsonValue>,
): Promise<StoredPage> {
  const pages: StoredPage[] = [];
  let page: JsonValue[] = [];
  let bytes = 0;
  for await (const item of items) {
    const size = Buffer.byteLength(JSON.stringify(item)) + 1;
    if (page.length === MOST_IN_NODE || (page.length > 0 && bytes + size > MOST_PAGE_BYTES)) {
      pages.push(await publishPage(artifacts, page));
      page = [];
      bytes = 0;
    }
    page.push(item);
    bytes += size;
  }
  if (page.length > 0) pages.push(await publishPage(artifacts, page));
  return joinPages(artifacts, pages);
}

/** Items [from, to) of a list, in order. ARTIFACT_NOT_FOUND, ARTIFACT_CORRUPT. */
export async function* readItems(
  artifacts: ArtifactStore,
  ref: ArtifactRef<'value'>,
  from = 0,
  to = Infinity,
): AsyncGenerator<JsonValue, void, undefined> {
  if (ref.meta['list'] === 'page') {
    const items = await readJson<readonly JsonValue[]>(artifacts, ref, ITEMS_FILE);
    yield* items.slice(from, to);
    return;
  }
  let start = 0;
  for (const page of await readJson<readonly StoredPage[]>(artifacts, ref, PAGES_FILE)) {
    const end = start + page.count;
    if (start < to && end > from) yield* readItems(artifacts, page.ref, Math.max(0, from - start), to - start);
    start = end;
  }
}

async function readJson<T>(artifacts: ArtifactStore, ref: ArtifactRef<'value'>, name: string): Promise<T> {
  return parseJson(await artifacts.readFile(ref, name), `${ref.kind}/${ref.id}/${name}`) as T;
}
