import type { PipelineError } from '../../errors/pipeline-error.js';
import { sha256Hex } from '../hash.js';
import { getIfThere, parseRecord, putIfFree, recordBytes } from '../json/json-record.js';
import type { LogPosition } from './log-checkpoints.js';
import { CHECKPOINT_EVERY, LogCheckpoints } from './log-checkpoints.js';
import { padded } from './padded.js';
import type { ObjectStore } from '../port.js';

/** Fields that the log adds to each entry. */
export interface LogEntry {
  readonly n: number;
  /** ISO. */
  readonly at: string;
  /** SHA-256, hex, of the bytes of the entry before; zeros in the first. */
  readonly previousHash: string;
}

/** What a caller adds; number, time and hash come from the log. */
export type Draft<Entry extends LogEntry> = Omit<Entry, keyof LogEntry>;

/** Folds the entries of a log into a state. */
export interface LogFold<Entry, State> {
  /** State of a log without entries. */
  readonly start: State;
  /** Pure. A state is plain JSON, and does not grow with the log where that can be helped. */
  readonly add: (state: State, entry: Entry) => State;
}

/** How the logs of one sort are kept: one log for each `name`. */
export interface LogForm<Entry extends LogEntry, State> {
  /** Ends in a slash. */
  readonly prefix: (name: string) => string;
  /** Where checkpoints are: apart from the entries, ends in a slash, and another one whenever `fold` gives another state for the same entries. */
  readonly checkpoints: (name: string) => string;
  readonly members: readonly (keyof Entry & string)[];
  readonly fold: LogFold<Entry, State>;
  /** The error that says which entry does not fit. */
  readonly broken: (name: string, key: string, what: string, detail: string | null, cause?: unknown) => PipelineError;
}

interface Hashed<Entry> {
  readonly entry: Entry;
  readonly hash: string;
}

interface Known<State> extends LogPosition<State> {
  /** Entries that the newest checkpoint counts. */
  readonly checkpoint: number;
}

const NO_ENTRY = '0'.repeat(64);
const PARALLEL_READS = 16;

/**
 * Append-only logs in an object store. An entry takes the next number by put-if-absent: one of several racing writers gets the number, and
 * the others read its entry and decide again. A writer decides by the state after the last entry, which it reads from a checkpoint and the few
 * entries after it. A log without checkpoints is read whole once, and gets a checkpoint with its next entry.
 */
export class AppendLog<Entry extends LogEntry, State> {
  readonly #objects: ObjectStore;
  readonly #form: LogForm<Entry, State>;
  readonly #checkpoints: LogCheckpoints<State>;
  readonly #known = new Map<string, Known<State>>();

  constructor(objects: ObjectStore, form: LogForm<Entry, State>) {
    this.#objects = objects;
    this.#form = form;
    this.#checkpoints = new LogCheckpoints(objects, form.checkpoints);
  }

  /** All entries, oldest first. Reads each of them. */
  async read(name: string): Promise<readonly Entry[]> {
    return (await this.#readAll(name)).map(({ entry }) => entry);
  }

  /** The state of the log, including entries that other processes have appended. */
  async state(name: string): Promise<State> {
    return (await this.#newest(name)).state;
  }

  /** An entry and the state before it; null when there is no such entry. */
  async at(name: string, n: number): Promise<{ readonly before: State; readonly entry: Entry } | null> {
    const found = await this.#entryIfThere(name, n);
    if (found === null) return null;
    const from = await this.#checkpoints.newest(name, (one) => this.#hashOf(name, one), n - 1);
    const keys = Array.from({ length: n - 1 - (from?.n ?? 0) }, (_, index) => this.#key(name, (from?.n ?? 0) + index + 1));
    const between = await this.#readKeys(name, keys);
    const before = between.reduce((state, { entry }) => this.#form.fold.add(state, entry), from?.state ?? this.#form.fold.start);
    return { before, entry: found.entry };
  }

  /**
   * Appends what `decide` returns for the state so far, or nothing when it returns null; asked again whenever another writer was first.
   * @returns the state after that.
   */
  async append(name: string, decide: (state: State) => Draft<Entry> | null): Promise<State> {
    for (;;) {
      const known = await this.#newest(name);
      const draft = decide(known.state);
      if (draft === null) return known.state;
      const n = known.n + 1;
      const own: LogEntry = { n, at: new Date().toISOString(), previousHash: known.hash };
      const bytes = recordBytes({ ...draft, ...own });
      const key = this.#key(name, n);
      if (!(await putIfFree(this.#objects, key, bytes))) continue;
      const next = this.#remember(name, this.#after(known, { entry: this.#parse(bytes, name, key), hash: sha256Hex(bytes) }));
      await this.#writeCheckpoint(name, next);
      return next.state;
    }
  }

  /**
   * Appends a draft unless it is there: `isIt` says so of an entry, `isIn` of a state. For what cannot have been written before `sinceMs`: reads
   * from the end of the log only as far as that, where no state is known already.
   */
  async appendOnce(
    name: string,
    draft: Draft<Entry>,
    { isIt, isIn }: { readonly isIt: (entry: Entry) => boolean; readonly isIn: (state: State) => boolean },
    sinceMs: number,
  ): Promise<void> {
    while (!this.#known.has(name)) {
      const end = await this.#lookBack(name, isIt, sinceMs);
      if (end === 'there') return;
      if (end === null) break;
      const n = end.n + 1;
      const own: LogEntry = { n, at: new Date().toISOString(), previousHash: end.hash };
      if (!(await putIfFree(this.#objects, this.#key(name, n), recordBytes({ ...draft, ...own })))) continue;
      if (n % CHECKPOINT_EVERY === 0) await this.#writeCheckpoint(name, await this.#newest(name));
      return;
    }
    await this.append(name, (state) => (isIn(state) ? null : draft));
  }

  /**
   * Reads every entry and every checkpoint again and checks numbers and hashes. The newest entry has no follower that vouches for it.
   * @throws what `broken` of the form makes, naming the first entry or checkpoint that does not fit.
   */
  async verify(name: string): Promise<readonly Entry[]> {
    const keys = await this.#keys(name);
    const entries: Entry[] = [];
    const positions: LogPosition<State>[] = [];
    let last: LogPosition<State> = { n: 0, hash: NO_ENTRY, state: this.#form.fold.start };
    for (const [index, key] of keys.entries()) {
      const expected = this.#key(name, index + 1);
      if (key !== expected) throw this.#form.broken(name, expected, 'the entry is missing', `found ${key} in its place`);
      const { entry, hash } = await this.#readEntry(name, key);
      if (entry.n !== index + 1) throw this.#form.broken(name, key, `the entry says that it is number ${entry.n}`, null);
      if (entry.previousHash !== last.hash) {
        const before = index === 0 ? 'the start' : this.#key(name, index);
        const what = `the entry does not follow ${before}: one of the two was changed`;
        throw this.#form.broken(name, key, what, `expected previousHash ${last.hash}, got ${entry.previousHash}`);
      }
      last = { n: entry.n, hash, state: this.#form.fold.add(last.state, entry) };
      positions.push(last);
      entries.push(entry);
    }
    const [wrong] = await this.#checkpoints.differing(name, (n) => positions[n - 1] ?? null);
    if (wrong !== undefined) throw this.#form.broken(name, wrong, 'the checkpoint is not what the entries come to', null);
    return entries;
  }

  async #newest(name: string): Promise<Known<State>> {
    let known = this.#known.get(name) ?? (await this.#open(name));
    for (;;) {
      const next = await this.#entryIfThere(name, known.n + 1);
      if (next === null) return this.#remember(name, known);
      known = this.#after(known, next);
    }
  }

  async #open(name: string): Promise<Known<State>> {
    const checkpoint = await this.#checkpoints.newest(name, (n) => this.#hashOf(name, n));
    if (checkpoint !== null) return { ...checkpoint, checkpoint: checkpoint.n };
    const start: Known<State> = { n: 0, hash: NO_ENTRY, state: this.#form.fold.start, checkpoint: 0 };
    return (await this.#readAll(name)).reduce((known, next) => this.#after(known, next), start);
  }

  #after(known: Known<State>, { entry, hash }: Hashed<Entry>): Known<State> {
    return { ...known, n: known.n + 1, hash, state: this.#form.fold.add(known.state, entry) };
  }

  /** Concurrent readers of one log may each have found something; the one who knows most is right. */
  #remember(name: string, found: Known<State>): Known<State> {
    const known = this.#known.get(name);
    if (known !== undefined && known.n > found.n) return found;
    this.#known.set(name, found);
    return found;
  }

  async #writeCheckpoint(name: string, known: Known<State>): Promise<void> {
    if (known.n - known.checkpoint < CHECKPOINT_EVERY) return;
    await this.#checkpoints.write(name, known);
    this.#remember(name, { ...known, checkpoint: known.n });
  }

  /** The end of the log, or that what is looked for is there already; null when that takes too long, or there is no end. */
  async #lookBack(
    name: string,
    isIt: (entry: Entry) => boolean,
    sinceMs: number,
  ): Promise<{ n: number; hash: string } | 'there' | null> {
    const keys = await this.#keys(name);
    const newest = keys.length;
    if (newest === 0 || keys.at(-1) !== this.#key(name, newest)) return null;
    let end = '';
    for (let n = newest; n > 0 && n > newest - CHECKPOINT_EVERY; n -= 1) {
      const { entry, hash } = await this.#readEntry(name, this.#key(name, n));
      if (n === newest) end = hash;
      if (isIt(entry)) return 'there';
      if (n === 1 || Date.parse(entry.at) < sinceMs) return { n: newest, hash: end };
    }
    return null;
  }

  async #readAll(name: string): Promise<readonly Hashed<Entry>[]> {
    const entries = await this.#readKeys(name, await this.#keys(name));
    const gap = entries.findIndex(({ entry }, index) => entry.n !== index + 1);
    if (gap >= 0) throw this.#form.broken(name, this.#key(name, gap + 1), 'the entry is missing', null);
    return entries;
  }

  async #readKeys(name: string, keys: readonly string[]): Promise<readonly Hashed<Entry>[]> {
    const entries: Hashed<Entry>[] = [];
    for (let start = 0; start < keys.length; start += PARALLEL_READS) {
      const read = keys.slice(start, start + PARALLEL_READS).map((key) => this.#readEntry(name, key));
      entries.push(...(await Promise.all(read)));
    }
    return entries;
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

  async #entryIfThere(name: string, n: number): Promise<Hashed<Entry> | null> {
    const key = this.#key(name, n);
    const stored = await getIfThere(this.#objects, key);
    return stored === null ? null : { entry: this.#parse(stored.bytes, name, key), hash: sha256Hex(stored.bytes) };
  }

  async #hashOf(name: string, n: number): Promise<string | null> {
    const stored = await getIfThere(this.#objects, this.#key(name, n));
    return stored === null ? null : sha256Hex(stored.bytes);
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
