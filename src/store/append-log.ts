import type { PipelineError } from '../errors/pipeline-error.js';
import { sha256Hex } from './hash.js';
import { getIfThere, parseRecord, putIfFree, recordBytes } from './json-record.js';
import type { ObjectStore } from './port.js';

/** What the log itself writes into each entry. */
export interface LogEntry {
  readonly n: number;
  /** ISO. */
  readonly at: string;
  /** SHA-256, hex, of the bytes of the entry before; zeros in the first. */
  readonly previousHash: string;
}

/** What a caller adds; number, time and hash come from the log. */
export type Draft<Entry extends LogEntry> = Omit<Entry, keyof LogEntry>;

/** How the logs of one sort are kept: one log for each `name`. */
export interface LogForm<Entry extends LogEntry> {
  /** Ends in a slash. */
  readonly prefix: (name: string) => string;
  readonly members: readonly (keyof Entry & string)[];
  /** The error that says which entry does not fit. */
  readonly broken: (name: string, key: string, what: string, detail: string | null, cause?: unknown) => PipelineError;
}

interface Hashed<Entry> {
  readonly entry: Entry;
  readonly hash: string;
}

const NO_ENTRY = '0'.repeat(64);
const PARALLEL_READS = 16;
const DIGITS = 6;

/** Names of numbered objects sort as their numbers do. */
export const padded = (n: number): string => String(n).padStart(DIGITS, '0');

/**
 * Append-only logs in an object store. Taking the next number by put-if-absent is the one moment at which a change happens: of racing
 * writers one gets the number, the others see its entry and decide anew. Entries never change, so they are read once.
 */
export class AppendLog<Entry extends LogEntry> {
  readonly #objects: ObjectStore;
  readonly #form: LogForm<Entry>;
  readonly #entries = new Map<string, Hashed<Entry>[]>();

  constructor(objects: ObjectStore, form: LogForm<Entry>) {
    this.#objects = objects;
    this.#form = form;
  }

  /** All entries, oldest first, including those that other processes have appended by now. */
  async read(name: string): Promise<readonly Entry[]> {
    return (await this.#refresh(name)).map(({ entry }) => entry);
  }

  /**
   * Appends what `decide` returns for the entries so far, or nothing when it returns null; asked again whenever another writer was first.
   * @returns the entries after that.
   */
  async append(name: string, decide: (entries: readonly Entry[]) => Draft<Entry> | null): Promise<readonly Entry[]> {
    for (;;) {
      const known = await this.#refresh(name);
      const draft = decide(known.map(({ entry }) => entry));
      if (draft === null) return known.map(({ entry }) => entry);
      const n = known.length + 1;
      const own: LogEntry = { n, at: new Date().toISOString(), previousHash: known.at(-1)?.hash ?? NO_ENTRY };
      const bytes = recordBytes({ ...draft, ...own });
      const key = this.#key(name, n);
      if (!(await putIfFree(this.#objects, key, bytes))) continue;
      const entry = this.#parse(bytes, name, key);
      this.#remember(name, [{ entry, hash: sha256Hex(bytes) }], n - 1);
      return [...known.map((hashed) => hashed.entry), entry];
    }
  }

  /**
   * Appends a draft unless `isThere` says of an entry that it is there. For what cannot have been written before `sinceMs`: reads from the end of the
   * log only as far as that, where it is not known already.
   */
  async appendOnce(name: string, draft: Draft<Entry>, isThere: (entry: Entry) => boolean, sinceMs: number): Promise<void> {
    while (!this.#entries.has(name)) {
      const keys = await this.#keys(name);
      const newest = keys.length;
      if (newest === 0 || keys.at(-1) !== this.#key(name, newest)) break;
      let previousHash = '';
      for (let n = newest; n > 0; n -= 1) {
        const { entry, hash } = await this.#readEntry(name, this.#key(name, n));
        if (n === newest) previousHash = hash;
        if (isThere(entry)) return;
        if (Date.parse(entry.at) < sinceMs) break;
      }
      const own: LogEntry = { n: newest + 1, at: new Date().toISOString(), previousHash };
      if (await putIfFree(this.#objects, this.#key(name, newest + 1), recordBytes({ ...draft, ...own }))) return;
    }
    await this.append(name, (entries) => (entries.some(isThere) ? null : draft));
  }

  /**
   * Reads every entry anew and checks numbers and hashes. The newest entry has no follower that vouches for it.
   * @throws what `broken` of the form makes, naming the first entry that does not fit.
   */
  async verify(name: string): Promise<readonly Entry[]> {
    const keys = await this.#keys(name);
    const entries: Entry[] = [];
    let previousHash = NO_ENTRY;
    for (const [index, key] of keys.entries()) {
      const expected = this.#key(name, index + 1);
      if (key !== expected) throw this.#form.broken(name, expected, 'the entry is missing', `found ${key} in its place`);
      const { bytes } = await this.#objects.get(key);
      const entry = this.#parse(bytes, name, key);
      if (entry.n !== index + 1) throw this.#form.broken(name, key, `the entry says that it is number ${entry.n}`, null);
      if (entry.previousHash !== previousHash) {
        const before = index === 0 ? 'the start' : this.#key(name, index);
        const what = `the entry does not follow ${before}: one of the two was changed`;
        throw this.#form.broken(name, key, what, `expected previousHash ${previousHash}, got ${entry.previousHash}`);
      }
      previousHash = sha256Hex(bytes);
      entries.push(entry);
    }
    return entries;
  }

  async #refresh(name: string): Promise<readonly Hashed<Entry>[]> {
    if (!this.#entries.has(name)) await this.#readAll(name);
    for (;;) {
      const known = this.#entries.get(name) ?? [];
      const key = this.#key(name, known.length + 1);
      const stored = await getIfThere(this.#objects, key);
      if (stored === null) return known;
      this.#remember(name, [{ entry: this.#parse(stored.bytes, name, key), hash: sha256Hex(stored.bytes) }], known.length);
    }
  }

  async #readAll(name: string): Promise<void> {
    const keys = await this.#keys(name);
    const entries: Hashed<Entry>[] = [];
    for (let start = 0; start < keys.length; start += PARALLEL_READS) {
      const read = keys.slice(start, start + PARALLEL_READS).map((key) => this.#readEntry(name, key));
      entries.push(...(await Promise.all(read)));
    }
    const gap = entries.findIndex(({ entry }, index) => entry.n !== index + 1);
    if (gap >= 0) throw this.#form.broken(name, this.#key(name, gap + 1), 'the entry is missing', null);
    this.#remember(name, entries, 0);
  }

  async #keys(name: string): Promise<string[]> {
    const keys: string[] = [];
    for await (const { key } of this.#objects.list(this.#form.prefix(name))) keys.push(key);
    return keys;
  }

  async #readEntry(name: string, key: string): Promise<Hashed<Entry>> {
    const { bytes } = await this.#objects.get(key);
    return { entry: this.#parse(bytes, name, key), hash: sha256Hex(bytes) };
  }

  /** Adds entries that follow the first `after`; concurrent readers of one log may both have read them. */
  #remember(name: string, entries: readonly Hashed<Entry>[], after: number): void {
    const known = this.#entries.get(name) ?? [];
    if (known.length === after) this.#entries.set(name, [...known, ...entries]);
  }

  #key(name: string, n: number): string {
    return `${this.#form.prefix(name)}${padded(n)}.json`;
  }

  #parse(bytes: Uint8Array, name: string, key: string): Entry {
    try {
      return parseRecord<Entry>(bytes, key, this.#form.members);
    } catch (error) {
      throw this.#form.broken(name, key, 'the entry cannot be read', null, error);
    }
  }
}
