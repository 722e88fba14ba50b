import { randomBytes } from 'node:crypto';
import { dayOf, dayPrefix, logFileName } from '../../predictions/log-file-name.js';
import type { LogFileName } from '../../predictions/log-file-name.js';
import { parquetFile } from '../../predictions/parquet/parquet-file.js';
import type { RowGroup } from '../../predictions/parquet/parquet-file.js';
import type { ObjectStore } from '../../store/port.js';
import { asideKey, badRecordLines } from './bad-records.js';
import type { BadRecord, EncodedRecords } from './encode-records.js';
import { SmallFiles } from './small-files.js';
import type { Fold } from './small-files.js';

/** Time, ms, that a reader has to read a file that it listed before the file was folded. */
const READERS_MS = 5 * 60_000;

/** Writes encoded records under names that no other writer takes. */
export class LogWriter {
  readonly #objects: ObjectStore;
  readonly #endpoint: string;
  readonly #replica: string;
  readonly #incarnation = randomBytes(4).toString('hex');
  readonly #small = new SmallFiles();
  #folded: { readonly keys: readonly string[]; readonly atMs: number }[] = [];
  #next = 0;

  constructor({
    objects,
    endpoint,
    replica,
  }: {
    readonly objects: ObjectStore;
    readonly endpoint: string;
    readonly replica: string;
  }) {
    this.#objects = objects;
    this.#endpoint = endpoint;
    this.#replica = replica;
  }

  /** The number of the next write. A failed write is repeated under its number. */
  takeNumber(): number {
    this.#next += 1;
    return this.#next - 1;
  }

  /** Writes one file, and folds small ones. A write that is repeated on the same day replaces what it wrote. */
  async write(write: number, { groups, eventTime, loggedAt }: EncodedRecords): Promise<void> {
    if (eventTime === null || loggedAt === null) return;
    const day = dayOf(Date.now());
    const key = await this.#put(day, { first: write, last: write, eventTime, loggedAt }, groups);
    const fold = this.#small.add({ key, day, write, groups, eventTime, loggedAt });
    if (fold !== null) await this.#fold(day, fold);
    await this.#deleteFolded();
  }

  /** Writes rows that no file of the log can hold beside it. */
  async putAside(write: number, bad: readonly BadRecord[]): Promise<void> {
    const name = `${this.#replica}-${this.#incarnation}-${String(write).padStart(6, '0')}`;
    await this.#objects.put(asideKey(this.#endpoint, dayOf(Date.now()), name), badRecordLines(bad));
  }

  async #put(day: string, name: Omit<LogFileName, 'replica' | 'incarnation'>, groups: readonly RowGroup[]): Promise<string> {
    const file = logFileName({ replica: this.#replica, incarnation: this.#incarnation, ...name });
    const key = `${dayPrefix(this.#endpoint, day)}${file}`;
    await this.#objects.put(key, parquetFile(groups));
    return key;
  }

  async #fold(today: string, { files, groups, eventTime, loggedAt }: Fold): Promise<void> {
    const [first, last] = [files[0], files.at(-1)];
    // Files of a day that is over are left to the fold of that day.
    if (first === undefined || last === undefined || first.day !== today) return;
    await this.#put(first.day, { first: first.write, last: last.write, eventTime, loggedAt }, groups);
    this.#folded.push({ keys: files.map(({ key }) => key), atMs: performance.now() });
  }

  async #deleteFolded(): Promise<void> {
    const due = this.#folded.filter(({ atMs }) => performance.now() - atMs >= READERS_MS);
    if (due.length === 0) return;
    this.#folded = this.#folded.filter((fold) => !due.includes(fold));
    for (const key of due.flatMap(({ keys }) => keys)) await this.#objects.delete(key);
  }
}
