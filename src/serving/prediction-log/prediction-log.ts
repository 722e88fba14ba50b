import type { Logger } from 'pino';
import type { ModelSignature } from '../../contracts/model.js';
import type { ObjectStore } from '../../store/port.js';
import { MOST_KEPT } from './bad-records.js';
import type { BadRecord, EncodedRecords } from './encode-records.js';
import { encodeRecords } from './encode-records.js';
import { LogWriter } from './log-writer.js';
import type { PredictionRecord } from './prediction-record.js';
import { weightOf } from './record-weight.js';

/** When the prediction log is written, and how much may wait for that. */
export interface PredictionLogOptions {
  /** Rows that may wait for the writer; further ones are dropped and counted. */
  readonly maxBuffered: number;
  /** Memory, bytes, that rows which wait may take; further ones are dropped and counted. */
  readonly maxBufferedBytes: number;
  /** Rows that start a write. */
  readonly flushRows: number;
  /** Longest time, ms, between two writes while rows wait. */
  readonly flushMs: number;
}

interface PredictionLogParts {
  readonly objects: ObjectStore;
  readonly endpoint: string;
  readonly replica: string;
  readonly options: PredictionLogOptions;
  readonly log: Logger;
  readonly observer: {
    readonly written: (rows: number) => void;
    /** Rows for which there was no room, or that the store did not take before the end. */
    readonly dropped: (rows: number) => void;
    /** Rows that no file of the log can hold. */
    readonly putAside: (rows: number) => void;
  };
}

/** What waits, and what it takes. */
interface Amount {
  readonly rows: number;
  readonly bytes: number;
}

interface Waiting extends Amount {
  readonly record: PredictionRecord;
}

/** One file to write: encoded, and numbered, so that trying again writes the same file. */
interface Write extends Amount {
  readonly number: number;
  readonly encoded: EncodedRecords;
  /** What of the bad rows is to be kept. */
  readonly bad: readonly BadRecord[];
}

/** Memory, bytes, of the records that start a write or go into one file. */
const FILE_BYTES = 16 << 20;
const RETRY_MS = { first: 1_000, most: 30_000 };

/**
 * Collects predictions in memory and writes them as Parquet files of `predictions/<endpoint>/<day>/`. Recording never waits. While the store is
 * away rows are kept, in bounded memory, and written later; what does not fit is dropped and counted. Rows that cannot be written are put
 * aside and counted, and hold nobody up.
 */
export class PredictionLog {
  readonly #parts: PredictionLogParts;
  readonly #writer: LogWriter;
  #waiting: Waiting[] = [];
  /** Encoded and not yet in the store, oldest first. */
  readonly #writes: Write[] = [];
  #bufferedRows = 0;
  #bufferedBytes = 0;
  #writing: Promise<void> | null = null;
  #timer: NodeJS.Timeout | null = null;
  /** Writes that failed since the last that succeeded: full buffers then wait for the timer. */
  #failures = 0;
  #kept = 0;
  /** Rows written, dropped and put aside since the start. */
  logged = 0;
  dropped = 0;
  aside = 0;

  constructor(parts: PredictionLogParts) {
    this.#parts = parts;
    this.#writer = new LogWriter(parts);
  }

  record(record: PredictionRecord): void {
    const rows = record.ids.length;
    const bytes = weightOf(record);
    const { maxBuffered, maxBufferedBytes, flushRows, flushMs } = this.#parts.options;
    if (this.#bufferedRows + rows > maxBuffered || this.#bufferedBytes + bytes > maxBufferedBytes) {
      this.#drop(rows);
      return;
    }
    this.#waiting.push({ record, rows, bytes });
    this.#bufferedRows += rows;
    this.#bufferedBytes += bytes;
    const full = this.#bufferedRows >= flushRows || this.#bufferedBytes >= FILE_BYTES;
    if (full && this.#writing === null && this.#failures === 0) void this.flush();
    else this.#flushLater(flushMs);
  }

  /** Writes what is buffered now. Resolves to false when the store did not take it; the rows are then still buffered. */
  async flush(): Promise<boolean> {
    while (this.#writing !== null) await this.#writing;
    if (this.#bufferedRows === 0) return true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#writing = this.#writeAll().then(
      () => {
        this.#failures = 0;
      },
      (error: unknown) => {
        this.#failures += 1;
        this.#parts.log.error({ err: error, rows: this.#bufferedRows }, 'prediction log not written; the rows are kept');
      },
    );
    await this.#writing;
    this.#writing = null;
    if (this.#bufferedRows > 0) this.#flushLater(this.#nextFlushMs());
    return this.#failures === 0;
  }

  /** Writes the rest; rows that the store does not take even now are counted as dropped. */
  async close(): Promise<void> {
    const complete = (await this.flush()) && (await this.flush());
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (complete) return;
    this.#parts.log.error({ rows: this.#bufferedRows }, 'predictions dropped at shutdown');
    this.#drop(this.#bufferedRows);
  }

  #drop(rows: number): void {
    this.dropped += rows;
    this.#parts.observer.dropped(rows);
  }

  #nextFlushMs(): number {
    if (this.#failures > 0) return Math.min(RETRY_MS.first * 2 ** (this.#failures - 1), RETRY_MS.most);
    const { flushRows, flushMs } = this.#parts.options;
    return this.#bufferedRows >= flushRows ? 0 : flushMs;
  }

  #flushLater(ms: number): void {
    if (this.#timer !== null) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      void this.flush();
    }, ms);
    this.#timer.unref();
  }

  /** Writes what waits at the time of the call. */
  async #writeAll(): Promise<void> {
    let left = this.#waiting.length;
    await this.#storeWrites();
    while (left > 0) {
      const some = this.#take(left);
      left -= some.length;
      await this.#encode(some);
      await this.#storeWrites();
    }
  }

  async #storeWrites(): Promise<void> {
    for (let next = this.#writes[0]; next !== undefined; next = this.#writes[0]) {
      await this.#writer.write(next.number, next.encoded);
      if (next.bad.length > 0) await this.#putAside(next);
      this.#writes.shift();
      this.#bufferedRows -= next.rows;
      this.#bufferedBytes -= next.bytes;
      this.logged += next.encoded.rows;
      this.#parts.observer.written(next.encoded.rows);
    }
  }

  /** The good rows of the same records are in the store by now: should it refuse the bad ones, they are no reason to hold up the next. */
  async #putAside({ number, bad }: Write): Promise<void> {
    try {
      await this.#writer.putAside(number, bad);
    } catch (error) {
      this.#parts.log.error({ err: error, rows: bad.length }, 'predictions that cannot be written could not be put aside either');
    }
  }

  /** The first of what waits, at most `most` records and what one file should hold. */
  #take(most: number): readonly Waiting[] {
    let count = 0;
    for (let bytes = 0; count < most && bytes < FILE_BYTES; count += 1) bytes += this.#waiting[count]?.bytes ?? 0;
    return this.#waiting.splice(0, count);
  }

  async #encode(some: readonly Waiting[]): Promise<void> {
    for (const { signature, waiting } of groupBySignature(some)) {
      const encoded = await encodeRecords(
        signature,
        waiting.map(({ record }) => record),
      );
      const bad = encoded.bad.slice(0, MOST_KEPT - this.#kept);
      this.#kept += bad.length;
      this.#reportBad(encoded.bad);
      this.#writes.push({
        number: this.#writer.takeNumber(),
        encoded,
        bad,
        rows: waiting.reduce((sum, { rows }) => sum + rows, 0),
        bytes: waiting.reduce((sum, { bytes }) => sum + bytes, 0),
      });
    }
  }

  #reportBad(bad: readonly BadRecord[]): void {
    const [first] = bad;
    if (first === undefined) return;
    this.aside += bad.length;
    this.#parts.observer.putAside(bad.length);
    const { ids, model, version } = first.record;
    this.#parts.log.error(
      { rows: bad.length, reason: first.reason, model, version, requestId: ids[0]?.slice(0, 256) },
      'predictions that cannot be written were put aside',
    );
  }
}

type Group = { readonly signature: ModelSignature | null; readonly waiting: Waiting[] };

/** One file per signature; records without inputs go with the first signature there is. */
function groupBySignature(all: readonly Waiting[]): readonly Group[] {
  const keys = new Map<ModelSignature, string>();
  const groups = new Map<string, Group>();
  const bare: Waiting[] = [];
  for (const waiting of all) {
    const { inputs } = waiting.record;
    if (inputs === null) {
      bare.push(waiting);
      continue;
    }
    const { signature } = inputs;
    const key = keys.get(signature) ?? JSON.stringify(signature.inputs);
    keys.set(signature, key);
    const group = groups.get(key) ?? { signature, waiting: [] };
    group.waiting.push(waiting);
    groups.set(key, group);
  }
  const [first] = groups.values();
  if (first === undefined) return bare.length === 0 ? [] : [{ signature: null, waiting: bare }];
  first.waiting.push(...bare);
  return [...groups.values()];
}
