import type { RegistryLogEntry } from '../contracts/model.js';
import { PipelineError } from '../errors/pipeline-error.js';
import { sha256Hex } from '../store/hash.js';
import { getIfThere, parseRecord, putIfFree, recordBytes } from '../store/json-record.js';
import type { ObjectStore } from '../store/port.js';
import { padded } from './names.js';

/** What a caller adds; number, time and hash come from the log. */
export type LogDraft = Omit<RegistryLogEntry, 'n' | 'at' | 'previousHash'>;

interface HashedEntry {
  readonly entry: RegistryLogEntry;
  readonly hash: string;
}

const NO_ENTRY = '0'.repeat(64);
const MEMBERS = [
  'n',
  'at',
  'action',
  'version',
  'from',
  'alias',
  'by',
  'reason',
  'workflowId',
  'details',
  'previousHash',
] as const;
const PARALLEL_READS = 16;

const logPrefix = (model: string): string => `models/${model}/log/`;
const logKey = (model: string, n: number): string => `${logPrefix(model)}${padded(n)}.json`;

/**
 * The append-only log of a model. Taking the next number by put-if-absent is the one moment at which a change of the registry happens:
 * of racing writers one gets the number, the others see its entry and decide anew. Entries never change, so they are read once.
 */
export class RegistryLog {
  readonly #objects: ObjectStore;
  readonly #entries = new Map<string, HashedEntry[]>();

  constructor(objects: ObjectStore) {
    this.#objects = objects;
  }

  /** All entries, oldest first, including those that other processes have appended by now. */
  async read(model: string): Promise<readonly RegistryLogEntry[]> {
    return (await this.#refresh(model)).map(({ entry }) => entry);
  }

  /**
   * Appends what `decide` returns for the entries so far, or nothing when it returns null; asked again whenever another writer was first.
   * @returns the entries after that.
   */
  async append(
    model: string,
    decide: (entries: readonly RegistryLogEntry[]) => LogDraft | null,
  ): Promise<readonly RegistryLogEntry[]> {
    for (;;) {
      const known = await this.#refresh(model);
      const draft = decide(known.map(({ entry }) => entry));
      if (draft === null) return known.map(({ entry }) => entry);
      const n = known.length + 1;
      const entry: RegistryLogEntry = { ...draft, n, at: new Date().toISOString(), previousHash: known.at(-1)?.hash ?? NO_ENTRY };
      const bytes = recordBytes(entry);
      if (!(await putIfFree(this.#objects, logKey(model, n), bytes))) continue;
      this.#remember(model, [{ entry, hash: sha256Hex(bytes) }], n - 1);
      return [...known.map((hashed) => hashed.entry), entry];
    }
  }

  /**
   * Reads every entry anew and checks numbers and hashes.
   * @throws PipelineError `REGISTRY_LOG_BROKEN` naming the first entry that does not fit. The newest entry has no follower that vouches for it.
   */
  async verify(model: string): Promise<readonly RegistryLogEntry[]> {
    const prefix = logPrefix(model);
    const keys: string[] = [];
    for await (const { key } of this.#objects.list(prefix)) keys.push(key);
    const entries: RegistryLogEntry[] = [];
    let previousHash = NO_ENTRY;
    for (const [index, key] of keys.entries()) {
      const expected = logKey(model, index + 1);
      if (key !== expected) throw broken(model, expected, 'the entry is missing', `found ${key} in its place`);
      const { bytes } = await this.#objects.get(key);
      const entry = readEntry(bytes, model, key);
      if (entry.n !== index + 1) throw broken(model, key, `the entry says that it is number ${entry.n}`, null);
      if (entry.previousHash !== previousHash) {
        const before = index === 0 ? 'the start' : logKey(model, index);
        throw broken(
          model,
          key,
          `the entry does not follow ${before}: one of the two was changed`,
          `expected previousHash ${previousHash}, got ${entry.previousHash}`,
        );
      }
      previousHash = sha256Hex(bytes);
      entries.push(entry);
    }
    return entries;
  }

  async #refresh(model: string): Promise<readonly HashedEntry[]> {
    if (!this.#entries.has(model)) await this.#readAll(model);
    for (;;) {
      const known = this.#entries.get(model) ?? [];
      const key = logKey(model, known.length + 1);
      const stored = await getIfThere(this.#objects, key);
      if (stored === null) return known;
      this.#remember(model, [{ entry: readEntry(stored.bytes, model, key), hash: sha256Hex(stored.bytes) }], known.length);
    }
  }

  async #readAll(model: string): Promise<void> {
    const keys: string[] = [];
    for await (const { key } of this.#objects.list(logPrefix(model))) keys.push(key);
    const entries: HashedEntry[] = [];
    for (let start = 0; start < keys.length; start += PARALLEL_READS) {
      const read = keys.slice(start, start + PARALLEL_READS).map(async (key) => {
        const { bytes } = await this.#objects.get(key);
        return { entry: readEntry(bytes, model, key), hash: sha256Hex(bytes) };
      });
      entries.push(...(await Promise.all(read)));
    }
    const gap = entries.findIndex(({ entry }, index) => entry.n !== index + 1);
    if (gap >= 0) throw broken(model, logKey(model, gap + 1), 'the entry is missing', null);
    this.#remember(model, entries, 0);
  }

  /** Adds entries that follow the first `after`; concurrent readers of one log may both have read them. */
  #remember(model: string, entries: readonly HashedEntry[], after: number): void {
    const known = this.#entries.get(model) ?? [];
    if (known.length === after) this.#entries.set(model, [...known, ...entries]);
  }
}

function readEntry(bytes: Uint8Array, model: string, key: string): RegistryLogEntry {
  try {
    return parseRecord<RegistryLogEntry>(bytes, key, MEMBERS);
  } catch (error) {
    throw broken(model, key, 'the entry cannot be read', null, error);
  }
}

function broken(model: string, key: string, what: string, detail: string | null, cause?: unknown): PipelineError {
  return new PipelineError('REGISTRY_LOG_BROKEN', {
    what: `${what}${detail === null ? '' : ` (${detail})`}`,
    where: `log entry ${key} of model ${model}`,
    details: { model, entry: key },
    cause,
  });
}
