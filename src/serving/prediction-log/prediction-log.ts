import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { ModelSignature } from '../../contracts/model.js';
import type { ObjectStore } from '../../store/port.js';
import { writePredictionFile } from './prediction-file.js';
import type { PredictionRecord } from './prediction-record.js';

export interface PredictionLogOptions {
  /** Rows that may wait for the writer; further ones are dropped and counted. */
  readonly maxBuffered: number;
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
  readonly observer: { readonly written: (rows: number) => void; readonly dropped: (rows: number) => void };
}

const RETRY_MS = 1_000;

/**
 * Collects predictions in memory and writes them in batches as
 * `predictions/<endpoint>/<yyyy-mm-dd>/<replica>-<sequence>.parquet`. Recording never waits; when the store is slow or away, rows are kept
 * up to `maxBuffered` and written again later, and what does not fit is dropped and counted.
 */
export class PredictionLog {
  readonly #parts: PredictionLogParts;
  #buffer: PredictionRecord[] = [];
  #bufferedRows = 0;
  #writing: Promise<void> | null = null;
  #timer: NodeJS.Timeout | null = null;
  /** True from a failed write to the next that succeeds: full batches then wait for the timer. */
  #failing = false;
  #nextSequence: { readonly date: string; readonly next: number } | null = null;
  /** Rows written and dropped since the start. */
  logged = 0;
  dropped = 0;

  constructor(parts: PredictionLogParts) {
    this.#parts = parts;
  }

  record(record: PredictionRecord): void {
    const rows = record.ids.length;
    const { maxBuffered, flushRows, flushMs } = this.#parts.options;
    if (this.#bufferedRows + rows > maxBuffered) {
      this.dropped += rows;
      this.#parts.observer.dropped(rows);
      return;
    }
    this.#buffer.push(record);
    this.#bufferedRows += rows;
    if (this.#bufferedRows >= flushRows && this.#writing === null && !this.#failing) void this.flush();
    else this.#flushLater(flushMs);
  }

  /** Writes what is buffered now. Resolves to false when the store did not take it; the rows are then still buffered. */
  async flush(): Promise<boolean> {
    while (this.#writing !== null) await this.#writing;
    if (this.#buffer.length === 0) return true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#writing = this.#writeBuffer().then(
      () => {
        this.#failing = false;
      },
      (error: unknown) => {
        this.#failing = true;
        this.#parts.log.error({ err: error, rows: this.#bufferedRows }, 'prediction log not written; the rows are kept');
      },
    );
    await this.#writing;
    this.#writing = null;
    if (this.#bufferedRows > 0) this.#flushLater(this.#failing ? RETRY_MS : this.#nextFlushMs());
    return !this.#failing;
  }

  /** Writes the rest; rows that the store does not take even now are counted as dropped. */
  async close(): Promise<void> {
    const complete = (await this.flush()) && (await this.flush());
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (complete) return;
    this.dropped += this.#bufferedRows;
    this.#parts.observer.dropped(this.#bufferedRows);
    this.#parts.log.error({ rows: this.#bufferedRows }, 'predictions dropped at shutdown');
  }

  #nextFlushMs(): number {
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

  async #writeBuffer(): Promise<void> {
    const groups = groupBySignature(this.#buffer);
    for (const group of groups) {
      await this.#writeGroup(group.signature, group.records);
      const written = new Set(group.records);
      const rows = group.records.reduce((sum, record) => sum + record.ids.length, 0);
      this.#buffer = this.#buffer.filter((record) => !written.has(record));
      this.#bufferedRows -= rows;
      this.logged += rows;
      this.#parts.observer.written(rows);
    }
  }

  async #writeGroup(signature: ModelSignature | null, records: readonly PredictionRecord[]): Promise<void> {
    const folder = await mkdtemp(join(tmpdir(), 'perennial-predictions-'));
    try {
      const path = join(folder, 'predictions.parquet');
      await writePredictionFile(path, signature, records);
      await this.#parts.objects.putFile(await this.#takeKey(), path);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  async #takeKey(): Promise<string> {
    const { endpoint, replica, objects } = this.#parts;
    const date = new Date().toISOString().slice(0, 10);
    const prefix = `predictions/${endpoint}/${date}/${replica}-`;
    let next = this.#nextSequence?.date === date ? this.#nextSequence.next : 0;
    if (this.#nextSequence?.date !== date) {
      // A replica that was restarted under its old name goes on after its last file.
      for await (const info of objects.list(prefix)) {
        const sequence = /^(\d+)\.parquet$/.exec(info.key.slice(prefix.length))?.[1];
        if (sequence !== undefined) next = Math.max(next, Number(sequence) + 1);
      }
    }
    this.#nextSequence = { date, next: next + 1 };
    return `${prefix}${String(next).padStart(6, '0')}.parquet`;
  }
}

type Group = { readonly signature: ModelSignature | null; readonly records: PredictionRecord[] };

/** One file per signature; records without inputs go with the first signature there is. */
function groupBySignature(records: readonly PredictionRecord[]): readonly Group[] {
  const keys = new Map<ModelSignature, string>();
  const groups = new Map<string, Group>();
  const bare: PredictionRecord[] = [];
  for (const record of records) {
    if (record.inputs === null) {
      bare.push(record);
      continue;
    }
    const { signature } = record.inputs;
    const key = keys.get(signature) ?? JSON.stringify(signature.inputs);
    keys.set(signature, key);
    const group = groups.get(key) ?? { signature, records: [] };
    group.records.push(record);
    groups.set(key, group);
  }
  const [first] = groups.values();
  if (first === undefined) return bare.length === 0 ? [] : [{ signature: null, records: bare }];
  first.records.push(...bare);
  return [...groups.values()];
}
