import { isPipelineError } from '../../errors/pipeline-error.js';
import { getIfThere, parseRecord, putIfFree, recordBytes } from '../json/json-record.js';
import { padded } from './padded.js';
import type { ObjectStore } from '../port.js';

/** The state of a log after its first `n` entries. */
export interface LogPosition<State> {
  readonly n: number;
  /** SHA-256, hex, of the bytes of entry `n`. */
  readonly hash: string;
  readonly state: State;
}

/** Entries from one checkpoint to the next: the most that a reader has to read, except for those that racing writers add meanwhile. */
export const CHECKPOINT_EVERY = 16;

const MEMBERS = ['n', 'hash', 'state'] as const;
/** Unusable checkpoints that a reader passes over before it reads the whole log. */
const TRIES = 3;

/**
 * Checkpoints of logs: what their first entries come to, written once each, so that no reader needs the whole of a long log. They say nothing that
 * the entries do not: one that is damaged or missing costs time only.
 */
export class LogCheckpoints<State> {
  readonly #objects: ObjectStore;
  readonly #prefix: (name: string) => string;

  /** @param prefix - ends in a slash; another one for each meaning of `State`. */
  constructor(objects: ObjectStore, prefix: (name: string) => string) {
    this.#objects = objects;
    this.#prefix = prefix;
  }

  /**
   * The newest that can be used, of at most the first `atMost` entries; null when there is none.
   * @param hashOf - the hash of an entry, null when it is not there: a checkpoint of another log is not used.
   */
  async newest(
    name: string,
    hashOf: (n: number) => Promise<string | null>,
    atMost = Infinity,
  ): Promise<LogPosition<State> | null> {
    const numbers = (await this.#numbers(name)).filter((n) => n <= atMost);
    for (const n of numbers.reverse().slice(0, TRIES)) {
      const found = await this.#read(name, n);
      if (found !== null && found.n === n && found.hash === (await hashOf(n))) return found;
    }
    return null;
  }

  /** Equal entries give equal bytes: an earlier writer has written the same. */
  async write(name: string, position: LogPosition<State>): Promise<void> {
    await putIfFree(this.#objects, this.#key(name, position.n), bytesOf(position));
  }

  /** Which of all checkpoints of a log differ from what `at` finds of their first entries: keys, in order. */
  async differing(name: string, at: (n: number) => LogPosition<State> | null): Promise<readonly string[]> {
    const differing: string[] = [];
    for (const n of await this.#numbers(name)) {
      const key = this.#key(name, n);
      const [stored, position] = [await getIfThere(this.#objects, key), at(n)];
      if (position === null || stored?.bytes.equals(bytesOf(position)) === false) differing.push(key);
    }
    return differing;
  }

  async #read(name: string, n: number): Promise<LogPosition<State> | null> {
    const key = this.#key(name, n);
    try {
      const stored = await getIfThere(this.#objects, key);
      return stored === null ? null : parseRecord<LogPosition<State>>(stored.bytes, key, MEMBERS);
    } catch (error) {
      if (isPipelineError(error) && error.code === 'STORE_RECORD_CORRUPT') return null;
      throw error;
    }
  }

  async #numbers(name: string): Promise<number[]> {
    const prefix = this.#prefix(name);
    const numbers: number[] = [];
    for await (const { key } of this.#objects.list(prefix)) {
      const digits = /^(\d+)\.json$/.exec(key.slice(prefix.length))?.[1];
      if (digits !== undefined) numbers.push(Number(digits));
    }
    return numbers.sort((left, right) => left - right);
  }

  #key(name: string, n: number): string {
    return `${this.#prefix(name)}${padded(n)}.json`;
  }
}

const bytesOf = <State>({ n, hash, state }: LogPosition<State>): Buffer => recordBytes({ n, hash, state });
