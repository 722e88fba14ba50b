import { setImmediate } from 'node:timers/promises';
import type { ModelSignature } from '../../contracts/model.js';
import type { TimeRange } from '../../predictions/log-file-name.js';
import type { RowGroup } from '../../predictions/parquet/parquet-file.js';
import { encodeRowGroup } from '../../predictions/parquet/parquet-file.js';
import type { PredictionRecord } from './prediction-record.js';
import { recordColumns } from './record-columns.js';
import { reasonOf } from '../../errors/describe-thrown.js';

/** Rows that are encoded in one turn of the event loop: a few milliseconds' work, so that requests are answered in between. */
const GROUP_ROWS = 8_192;

/** A record, or one row of it, that cannot be written, and why. */
export interface BadRecord {
  readonly record: PredictionRecord;
  readonly reason: string;
}

/** Records as row groups, except for those that cannot be written. */
export interface EncodedRecords {
  readonly groups: readonly RowGroup[];
  readonly rows: number;
  /** Null without rows. */
  readonly eventTime: TimeRange | null;
  readonly loggedAt: TimeRange | null;
  readonly bad: readonly BadRecord[];
}

/**
 * Encodes records of one signature (or none) column by column. What cannot be encoded is divided until the bad rows are alone; all others are in
 * the groups.
 */
export async function encodeRecords(
  signature: ModelSignature | null,
  records: readonly PredictionRecord[],
): Promise<EncodedRecords> {
  const groups: RowGroup[] = [];
  const bad: BadRecord[] = [];
  const good: PredictionRecord[] = [];
  for (const some of inGroups(records)) {
    encodeOrDivide(signature, some, { groups, bad, good });
    await setImmediate();
  }
  const times = good.flatMap(({ ids, eventTimesMs, loggedAtMs }) =>
    eventTimesMs.length < ids.length ? [...eventTimesMs, loggedAtMs] : eventTimesMs,
  );
  return {
    groups,
    rows: groups.reduce((sum, group) => sum + group.rows, 0),
    eventTime: rangeOf(times),
    loggedAt: rangeOf(good.map(({ loggedAtMs }) => loggedAtMs)),
    bad,
  };
}

interface Outcome {
  readonly groups: RowGroup[];
  readonly bad: BadRecord[];
  readonly good: PredictionRecord[];
}

function encodeOrDivide(signature: ModelSignature | null, records: readonly PredictionRecord[], outcome: Outcome): void {
  try {
    const rows = records.reduce((sum, { ids }) => sum + ids.length, 0);
    outcome.groups.push(encodeRowGroup(recordColumns(signature, records), rows));
    outcome.good.push(...records);
  } catch (error) {
    const halves = divide(records);
    const [record] = records;
    if (halves !== null) for (const half of halves) encodeOrDivide(signature, half, outcome);
    else if (record !== undefined) outcome.bad.push({ record, reason: reasonOf(error) });
  }
}

/** Two halves; null for a single row. */
function divide(records: readonly PredictionRecord[]): readonly (readonly PredictionRecord[])[] | null {
  const [record] = records;
  if (records.length > 1) {
    const middle = records.length >> 1;
    return [records.slice(0, middle), records.slice(middle)];
  }
  if (record === undefined || record.ids.length < 2) return null;
  const middle = record.ids.length >> 1;
  return [[rowsOf(record, 0, middle)], [rowsOf(record, middle, record.ids.length)]];
}

function rowsOf(record: PredictionRecord, from: number, to: number): PredictionRecord {
  const { ids, eventTimesMs, scores, inputs } = record;
  const batch = inputs && { rows: to - from, columns: inputs.batch.columns.map((column) => column.slice(from, to)) };
  return {
    ...record,
    ids: ids.slice(from, to),
    eventTimesMs: eventTimesMs.slice(from, to),
    scores: scores?.slice(from, to) ?? null,
    inputs: inputs && batch && { signature: inputs.signature, batch },
  };
}

function* inGroups(records: readonly PredictionRecord[]): Generator<readonly PredictionRecord[]> {
  let some: PredictionRecord[] = [];
  let rows = 0;
  for (const record of records) {
    some.push(record);
    rows += record.ids.length;
    if (rows < GROUP_ROWS) continue;
    yield some;
    some = [];
    rows = 0;
  }
  if (some.length > 0) yield some;
}

function rangeOf(times: readonly number[]): TimeRange | null {
  if (times.length === 0) return null;
  let [fromMs, toMs] = [Infinity, -Infinity];
  for (const time of times) {
    if (time < fromMs) fromMs = time;
    if (time > toMs) toMs = time;
  }
  return { fromMs: Math.round(fromMs), toMs: Math.round(toMs) };
}
